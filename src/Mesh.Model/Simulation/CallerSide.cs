using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Compilation;
using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Policies;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Simulation;

/// <summary>The decisions of the caller's sidecar, and behind them those of each backend's.</summary>
internal sealed class CallerSide(CompiledMesh mesh, ProxySnapshot snapshot, ServiceId caller, ImmutableArray<FaultRule> faults)
{
    // The header by which a copy is told from a request.
    private const string CopyMark = "mesh-mirror";

    private const string BackendMissing = "backend_missing";

    private readonly string _sidecar = caller.ToString();
    private readonly ImmutableArray<ExplanationStep>.Builder _steps = ImmutableArray.CreateBuilder<ExplanationStep>();
    private readonly CalleeSide _callee = new(mesh);

    public RequestExplanation Explain(SimulatedRequest request)
    {
        if (snapshot.Outbound.FirstOrDefault(l => l.Upstream == request.Callee) is not { } listener)
        {
            return NoEdge(request);
        }

        foreach (var origin in listener.Origins.DefaultIfEmpty(Origin.Default))
        {
            Add("edge", $"{caller} uses {listener.Upstream}, which speaks {listener.Protocol.ToWord()}", origin);
        }

        return listener.Protocol.IsHttp() ? Http(listener, request) : Tcp(listener, request);
    }

    private RequestExplanation NoEdge(SimulatedRequest request)
    {
        var text = $"{caller} does not declare that it uses {request.Callee}: none of its addresses leads there. Declare it (uses in mesh.yaml or in its Service document, WithReference in an AppHost)";
        Add("edge", text, Origin.Default, isEnd: true);
        return Ended(request, "no_edge", null, text);
    }

    private RequestExplanation Tcp(OutboundListener listener, SimulatedRequest request)
    {
        AddSettings(listener.Name);
        return With(request, null, listener.TcpBackends, (cluster, percent) => _callee.Explain(new PortCall(cluster.Upstream, snapshot.Identity.Text, request, IsFrontDoor: false), percent));
    }

    private RequestExplanation Http(OutboundListener listener, SimulatedRequest request)
    {
        var table = snapshot.RouteTables.First(t => t.Name == listener.Name);
        if (RequestHead.Problem(request) is { } problem)
        {
            Add("path", problem.Text, Origin.Default, isEnd: true);
            return Ended(request, problem.Error, problem.Status, problem.Text);
        }

        _ = RequestTarget.TryParse(request.Target, out var target);
        if (!AppPath.TryRead(target.Path, table.Rules.Any(r => r.Match.Path is { } p && !RequestMatching.IsEverything(p)), out var path))
        {
            var text = $"{target.Path} can be read in two ways";
            Add("path", text, Origin.Default, isEnd: true);
            return Ended(request, "ambiguous_path", 400, text);
        }

        if ((Asked(table, request, path, target.Query) ?? Route(table, request, path, target.Query)) is not { } rule)
        {
            return Ended(request, "no_route", 404, $"no rule matches {request.Method} {target.Path}");
        }

        foreach (var fault in faults.Where(f => f.Upstream == listener.Upstream && IsHit(f, request, target)))
        {
            Add("fault", FaultText.Of(fault.Effects), new Origin("Fault", $"{fault.Id} ({fault.By})"));
        }

        if (rule.Cors is not null && RequestMatching.IsPreflight(request))
        {
            return Ended(request, null, 204, "a browser asks what a page may do, and the caller's sidecar answers", rule.Name);
        }

        switch (rule.Action)
        {
            case RedirectAction redirect:
                return Ended(request, null, redirect.Status, $"redirected with {redirect.Status}", rule.Name);
            case DirectResponseAction direct:
                return Ended(request, "no_backends", direct.Status, direct.Reason, rule.Name);
            case ForwardAction forward:
                AddSettings(listener.Name);
                AddOwn(rule);
                AddDefaults(rule);
                var explained = With(request, rule.Name, forward.Backends, (cluster, percent) => Forward(rule, forward, cluster, percent, request, target));
                // What goes nowhere is not copied either.
                return explained.Backends.All(b => b.Error == BackendMissing) ? explained : explained with { Copies = Copies(rule, forward, request, target) };
            default:
                throw new InvalidOperationException($"There is no simulation of {rule.Action.GetType().Name}.");
        }
    }

    private BackendExplanation Forward(RouteRule rule, ForwardAction forward, Cluster cluster, double percent, SimulatedRequest request, RequestTarget target)
    {
        var backend = forward.Backends.First(b => b.Cluster == cluster.Name);
        var sent = Sent(rule, forward, request, target);
        return There(cluster, percent, sent with { Headers = Changed(sent.Headers, backend.RequestHeaders) });
    }

    // Who gets copies, and what becomes of them there. A copy is not copied again.
    private ImmutableArray<BackendExplanation> Copies(RouteRule rule, ForwardAction forward, SimulatedRequest request, RequestTarget target)
    {
        if (request.Header(CopyMark) is not null)
        {
            return [];
        }

        var sent = Sent(rule, forward, request, target);
        var copy = sent with { Headers = [.. sent.Headers, KeyValuePair.Create(CopyMark, rule.Name)] };
        return
        [
            .. from mirror in forward.Mirrors
               from cluster in snapshot.Clusters
               where cluster.Name == mirror.Cluster
               select There(cluster, mirror.Percent, copy),
        ];
    }

    private static SimulatedRequest Sent(RouteRule rule, ForwardAction forward, SimulatedRequest request, RequestTarget target) => request with
    {
        Target = target.With(forward.RewritePath, rule.Match.Path is { Kind: PathMatchKind.PathPrefix } matched ? matched.Value.TrimEnd('/') : "").ToString(),
        Headers = Changed(request.Headers, rule.RequestHeaders),
    };

    private BackendExplanation There(Cluster cluster, double percent, SimulatedRequest sent) =>
        cluster.Kind == ClusterKind.External
            ? new BackendExplanation(cluster.Name, percent, null)
            {
                Target = sent.Target,
                Steps = [new ExplanationStep(cluster.Name, "permission", $"outside the mesh, at {cluster.ExternalHost}:{cluster.ExternalPort?.ToString(CultureInfo.InvariantCulture)}: the edge is the permission", Origin.Default)],
            }
            : _callee.Explain(new PortCall(cluster.Upstream, snapshot.Identity.Text, sent, IsFrontDoor: false), percent);

    private RequestExplanation With(SimulatedRequest request, string? route, ImmutableArray<WeightedCluster> backends, Func<Cluster, double, BackendExplanation> explain)
    {
        var sum = backends.Sum(b => (double)b.Weight);
        var explained = ImmutableArray.CreateBuilder<BackendExplanation>();
        foreach (var backend in backends.Where(b => b.Weight > 0))
        {
            var percent = 100 * backend.Weight / sum;
            if (snapshot.Clusters.FirstOrDefault(c => c.Name == backend.Cluster) is not { } cluster)
            {
                explained.Add(new BackendExplanation(backend.Cluster, percent, BackendMissing)
                {
                    Steps = [new ExplanationStep(_sidecar, "backend", "there is no such service or port, or it may not be used", Origin.Default) { IsEnd = true }],
                });
                continue;
            }

            var there = explain(cluster, percent);
            var here = SettingSteps.Of(_sidecar, Said($"cluster/{cluster.Upstream}"), snapshot.Identity.Text).ToList();
            if (!here.Exists(s => s.Topic.StartsWith("loadBalancing.", StringComparison.Ordinal)))
            {
                here.Add(new ExplanationStep(_sidecar, "loadBalancing", $"{cluster.LoadBalancing.Kind} over the replicas", Origin.Default));
            }

            explained.Add(there with { Steps = [.. here, .. there.Steps] });
        }

        return new RequestExplanation { Request = request, Summary = Summary(explained), Route = route, Steps = _steps.ToImmutable(), Backends = explained.ToImmutable() };
    }

    private static string Summary(ImmutableArray<BackendExplanation>.Builder backends) => backends.Count == 1
        ? RequestSimulator.SummaryOf(backends[0])
        : string.Join("; ", backends.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Percent:0.##} %: {RequestSimulator.SummaryOf(b)}")));

    private RouteRule? Route(RouteTable table, SimulatedRequest request, string path, string query)
    {
        var details = ImmutableArray.CreateBuilder<StepDetail>();
        RouteRule? found = null;
        foreach (var rule in table.Rules)
        {
            var why = RequestMatching.WhyNot(rule.Match, request, path, query);
            var verdict = why is not null ? DetailVerdict.DoesNotMatch : found is null ? DetailVerdict.Decides : DetailVerdict.NotReached;
            found ??= why is null ? rule : null;
            details.Add(new StepDetail($"{rule.Name}: {RouteText.Of(rule.Match)}{(why is null ? "" : $" ({why})")}", verdict, rule.Origin));
        }

        if (found is null)
        {
            Add("route", $"none of {table.Rules.Length} rules matches", Origin.Default, details.ToImmutable(), isEnd: true);
            return null;
        }

        if (Said(table.Name).FirstOrDefault(s => s.Setting == $"route.{found.Name}") is { } said)
        {
            details.AddRange(said.Overruled.Select(o => new StepDetail(o.Value, DetailVerdict.Overruled, o.Origin)));
        }

        // The pass-through rule that stands where no policy says anything is nothing to choose from.
        Add("route", table.Rules.Length == 1 && found.Origin == Origin.Default ? "there is no route, so everything passes through" : $"{found.Name}: {ActionText.Of(found)}", found.Origin,
            table.Rules.Length == 1 && found.Origin == Origin.Default ? [] : details.ToImmutable(), isEnd: found.Action is not ForwardAction);
        return found;
    }

    // A preflight request goes by the first rule that is for the request that it asks about, where that says anything of origins.
    private RouteRule? Asked(RouteTable table, SimulatedRequest request, string path, string query)
    {
        if (!RequestMatching.IsPreflight(request) || table.Rules.FirstOrDefault(rule => RequestMatching.MayMatchAfter(rule, request, path, query)) is not { Cors: not null } asked)
        {
            return null;
        }

        Add("route", $"{asked.Name}: {ActionText.Of(asked)}", asked.Origin, isEnd: true);
        return asked;
    }

    // What a rule says of its own requests is heard before what policies say of all.
    private void AddOwn(RouteRule rule)
    {
        if (IsRoutes(rule.Timeouts.Origin))
        {
            Own("timeout.request", Duration.Format(rule.Timeouts.Request ?? TimeSpan.Zero), rule.Timeouts.Origin);
        }

        if (IsRoutes(rule.Retry.Origin))
        {
            Own("retry.http.numRetries", rule.Retry.Attempts.ToString(CultureInfo.InvariantCulture), rule.Retry.Origin);
            Own("retry.http.perTryTimeout", Duration.Format(rule.Retry.PerTryTimeout ?? TimeSpan.Zero), rule.Retry.Origin);
            Own("retry.http.retryOn", string.Join(", ", [.. rule.Retry.Statuses.Select(s => s.ToString(CultureInfo.InvariantCulture)), rule.Retry.On.ToString()]), rule.Retry.Origin);
        }
    }

    private void Own(string topic, string value, Origin origin)
    {
        var others = _steps.Where(s => s.Topic == topic).ToList();
        if (others.Exists(s => s.Decision == value))
        {
            return;
        }

        foreach (var other in others)
        {
            _steps.Remove(other);
        }

        Add(topic, value, origin, [.. others.Select(o => new StepDetail(o.Decision, DetailVerdict.Overruled, o.Origin)), .. others.SelectMany(o => o.Details)]);
    }

    private static bool IsRoutes(Origin origin) => origin.Kind is HttpRoutePolicy.KindName or GrpcRoutePolicy.KindName;

    private void AddDefaults(RouteRule rule)
    {
        if (!_steps.Any(s => s.Topic.StartsWith("timeout.", StringComparison.Ordinal)))
        {
            Add("timeout", "none: a request may take as long as it takes", Origin.Default);
        }

        if (!_steps.Any(s => s.Topic.StartsWith("retry.", StringComparison.Ordinal)))
        {
            Add("retry", $"at most {rule.Retry.Attempts} times, where nothing was processed; idempotent methods also after a broken connection", Origin.Default);
        }
    }

    private void AddSettings(string where) =>
        _steps.AddRange(SettingSteps.Of(_sidecar, Said(where).Where(s => s.Setting != "edge" && !s.Setting.StartsWith("route.", StringComparison.Ordinal)), snapshot.Identity.Text));

    private IEnumerable<AppliedSetting> Said(string where) => mesh.Explanations[caller].Where(s => s.Where == where);

    private void Add(string topic, string decision, Origin origin, ImmutableArray<StepDetail> details = default, bool isEnd = false) =>
        _steps.Add(new ExplanationStep(_sidecar, topic, decision, origin) { IsEnd = isEnd, Details = details.IsDefault ? [] : details });

    private RequestExplanation Ended(SimulatedRequest request, string? error, int? status, string summary, string? route = null) => new()
    {
        Request = request,
        Summary = error is null ? summary : $"{request.Callee} is not reached: {error}: {summary}",
        Error = error,
        Status = status,
        Route = route,
        Steps = _steps.ToImmutable(),
    };

    private static bool IsHit(FaultRule fault, SimulatedRequest request, RequestTarget target)
    {
        foreach (var match in fault.Matches)
        {
            var path = target.Path;
            if ((match.Path is null || RequestMatching.IsEverything(match.Path) || AppPath.TryRead(target.Path, isMatched: true, out path)) && RequestMatching.WhyNot(match, request, path, target.Query) is null)
            {
                return true;
            }
        }

        return fault.Matches.IsEmpty;
    }

    private static ImmutableArray<KeyValuePair<string, string>> Changed(ImmutableArray<KeyValuePair<string, string>> headers, HeaderModification change) => change.IsEmpty ? headers :
    [
        .. headers.Where(h => !change.Remove.Concat(change.Set.Select(s => s.Key)).Contains(h.Key, StringComparer.OrdinalIgnoreCase)),
        .. change.Set,
        .. change.Add,
    ];
}
