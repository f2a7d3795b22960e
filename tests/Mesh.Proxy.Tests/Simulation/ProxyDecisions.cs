using System.Globalization;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Policies.RateLimit;
using Mesh.Proxy.Policies.Routing;
using Mesh.Testing;
using Mesh.Testing.Simulation;
using Mesh.Xds.Codecs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using CompiledPermissions = Mesh.Proxy.Policies.TrafficPermission.CompiledPermissions;

namespace Mesh.Proxy.Tests.Simulation;

/// <summary>What sidecars decide: the tables that they run, made of snapshots that went over the wire.</summary>
internal sealed class ProxyDecisions
{
    private readonly TokenRoom _tokens;
    private readonly Dictionary<ServiceId, ProxySnapshot> _decoded;
    private readonly Dictionary<(ServiceId, PortRef), CompiledRoutes?> _routes = [];
    private readonly Dictionary<PortRef, ServedPort> _ports = [];

    public ProxyDecisions(CompiledMesh mesh, TokenRoom tokens)
    {
        _tokens = tokens;
        _decoded = mesh.Snapshots.ToDictionary(s => s.Key, s => SnapshotCodec.Decode(SpiffeId.ForService(TestMesh.TrustDomain, s.Key), SnapshotCodec.Encode(s.Value)));
        foreach (var snapshot in _decoded.Values)
        {
            var buckets = new TokenBuckets(null, tokens.Time);
            foreach (var port in snapshot.Inbound)
            {
                _ports[port.Port] = new ServedPort(port.Port, port.Protocol, new CompiledPermissions(port.Permissions), port.Timeouts, Application: null, IsExternal: false, tokens.Gate(port.Permissions))
                {
                    Limits = CompiledLimits.Create(port.Limits, port.Port.Port, null, buckets),
                };
            }
        }
    }

    /// <summary>The decision in one line: the rule, its bounds, and each backend with what its sidecar decides; or the error.</summary>
    public string Decide(ServiceId caller, PortRef callee, RandomRequest request)
    {
        var snapshot = _decoded[caller];
        if (!_routes.TryGetValue((caller, callee), out var routes))
        {
            _routes[(caller, callee)] = routes = snapshot.RouteTables.FirstOrDefault(t => t.Name == ResourceNames.Outbound(callee)) is { } table ? new CompiledRoutes(table) : null;
        }

        if (routes is null)
        {
            return "no_edge";
        }

        var context = Context(request.Method, request.Target);
        foreach (var (name, value) in request.Headers)
        {
            context.Request.Headers.Append(name, value);
        }

        if (request.Token is not null)
        {
            context.Request.Headers.Authorization = _tokens.Bearer(request.Token);
        }

        if (Head(context, request.Target, out var parsed) is { } bad)
        {
            return bad;
        }

        if (!AppPath.TryRead(parsed.Path, routes.HasPaths, out var path))
        {
            return Code(ProxyError.AmbiguousPath);
        }

        if (routes.Find(context.Request, path) is not { } rule)
        {
            return Code(ProxyError.NoRoute);
        }

        if (rule.Cors is not null && CompiledCors.IsPreflight(context.Request))
        {
            return $"{rule.Rule.Name} 204";
        }

        return rule.Rule.Action switch
        {
            RedirectAction redirect => $"{rule.Rule.Name} {redirect.Status}",
            DirectResponseAction direct => $"{rule.Rule.Name} {direct.Status}",
            ForwardAction forward => Forward(snapshot, rule, forward, context, parsed),
            _ => "unknown",
        };
    }

    // Backends before copies, each in the order of their names, as the explanation has them: limits count whoever comes.
    private string Forward(ProxySnapshot snapshot, CompiledRule rule, ForwardAction forward, HttpContext context, RequestTarget target)
    {
        HeaderEditor.Apply(rule.Rule.RequestHeaders, context.Request.Headers);
        var sent = target.With(forward.RewritePath, rule.MatchedPrefix).ToString();
        var backends = Taken(rule).Select(b => Backend(snapshot, b.Cluster, sent, context)).ToList();
        context.Request.Headers["mesh-mirror"] = rule.Rule.Name;
        var isForwarded = Taken(rule).Any(b => snapshot.Clusters.Any(c => c.Name == b.Cluster));
        var copies = rule.Mirrors.Where(m => isForwarded && snapshot.Clusters.Any(c => c.Name == m.Cluster)).OrderBy(m => m.Cluster, StringComparer.Ordinal).ThenBy(Share)
            .Select(m => string.Create(CultureInfo.InvariantCulture, $"{Share(m)} % {Backend(snapshot, m.Cluster, sent, context)}")).ToList();
        return $"{rule.Rule.Name} request={rule.Rule.Timeouts.Request} retries={rule.Rule.Retry.Attempts}: {string.Join("; ", backends)}{string.Concat(copies.Select(c => $" copy {c}"))}";
    }

    // Each backend comes in any row of requests as long as the sum of the weights.
    private static IEnumerable<WeightedCluster> Taken(CompiledRule rule) => Enumerable.Range(0, 32).Select(_ => rule.Split!.Next()).OfType<WeightedCluster>().DistinctBy(b => b.Cluster).OrderBy(b => b.Cluster, StringComparer.Ordinal);

    // And each mirror its share of any hundred.
    private readonly Dictionary<CompiledMirror, int> _shares = [];

    private int Share(CompiledMirror mirror) => _shares.TryGetValue(mirror, out var share) ? share : _shares[mirror] = Enumerable.Range(0, 100).Count(_ => mirror.IsNext());

    private string Backend(ProxySnapshot snapshot, string name, string sent, HttpContext context) => snapshot.Clusters.FirstOrDefault(c => c.Name == name) is { } cluster
        ? $"{name} {sent} {Inbound(_ports[cluster.Upstream], snapshot.Identity.Text, sent, context)}"
        : $"{name} {Code(ProxyError.BackendMissing)}";

    // As InboundHttp: the head, the token, who may call, and how often.
    private string Inbound(ServedPort port, string caller, string target, HttpContext from)
    {
        var context = Context(from.Request.Method, target);
        foreach (var (name, values) in from.Request.Headers)
        {
            context.Request.Headers[name] = values;
        }

        if (Gatekeeper.Read(context, port, out var parsed, out var path) is { } bad)
        {
            return bad.Entry.Code;
        }

        var (isRefused, verified) = _tokens.Judge(port.Tokens, context.Request.Headers, parsed.Query);
        if (isRefused)
        {
            return Code(ProxyError.TokenInvalid);
        }

        var evidence = RequestEvidence.Of(context.Request.Headers, port.Permissions.HeaderNames, verified);
        var decision = port.Permissions.Decide(caller, context.Request.Method, path, evidence);
        if (!decision.IsAllowed)
        {
            return Code(decision.NeedsToken ? ProxyError.TokenRequired : ProxyError.PermissionDenied);
        }

        return port.Limits?.Take(caller, context, path, out _) is { } limited
            ? limited.Entry.Code
            : $"{(decision.IsShadowDenied ? "shadow" : "allowed")} request={port.Timeouts.For(caller).Request}";
    }

    private static string? Head(HttpContext context, string target, out RequestTarget parsed)
    {
        parsed = default;
        return RequestRules.Check(context, target, DownstreamLimits.Default) is { } bad ? bad.Entry.Code : RequestTarget.TryParse(target, out parsed) ? null : Code(ProxyError.BadRequest);
    }

    private static DefaultHttpContext Context(string method, string target)
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Method = method;
        context.Request.Headers.Host = "callee";
        var question = target.IndexOf('?', StringComparison.Ordinal);
        context.Request.QueryString = new QueryString(question < 0 ? "" : target[question..]);
        return context;
    }

    private static string Code(ProxyError error) => ErrorCatalog.Of(error).Code;
}
