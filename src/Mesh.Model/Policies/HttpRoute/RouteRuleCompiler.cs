using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>One rule of a table, from the rules of several policies for the very same requests: each part from the policy that is heard first and has it.</summary>
internal static class RouteRuleCompiler
{
    public static RouteRule Compile(ImmutableArray<RouteCandidate> alternatives, Upstream upstream, RouteRule template, RouteBackends backends)
    {
        var filtered = alternatives.FirstOrDefault(c => c.Rule.Filters is not null);
        var filters = filtered?.Rule.Filters ?? [];
        var rule = template with
        {
            Name = alternatives[0].Name,
            Match = alternatives[0].Match,
            Origin = Origin(alternatives[0]),
            RequestHeaders = filters.FirstOrDefault(f => f.RequestHeaders is not null)?.RequestHeaders ?? HeaderModification.None,
            ResponseHeaders = filters.FirstOrDefault(f => f.ResponseHeaders is not null)?.ResponseHeaders ?? HeaderModification.None,
            Cors = filters.FirstOrDefault(f => f.Cors is not null)?.Cors,
            Authorization = filters.FirstOrDefault(f => f.Authorization is not null)?.Authorization is { } asked ? Authorization(asked, upstream, backends, filtered!) : null,
            Timeouts = Timeouts(alternatives, template.Timeouts),
            Retry = Retry(alternatives, template.Retry),
        };
        return rule with { Action = Action(filters, filtered, alternatives, upstream, backends) };
    }

    /// <summary>What a rule does, for people.</summary>
    public static string Show(RouteRule rule)
    {
        var action = rule.Action switch
        {
            ForwardAction forward => string.Join(", ", [
                .. forward.Backends.Select(b => $"{b.Cluster} ({b.Weight})"),
                .. forward.Mirrors.Select(m => string.Create(CultureInfo.InvariantCulture, $"copies of {m.Percent:0.####} % to {m.Cluster}"))]),
            RedirectAction redirect => $"redirect {redirect.Status}",
            DirectResponseAction direct => $"answer {direct.Status}",
            _ => "",
        };
        return rule.Authorization is { } asked ? $"{action} if {asked.Cluster} lets it pass" : action;
    }

    private static RouteAction Action(ImmutableArray<RouteFilter> filters, RouteCandidate? filtered, ImmutableArray<RouteCandidate> alternatives, Upstream upstream, RouteBackends backends)
    {
        if (filters.FirstOrDefault(f => f.Redirect is not null) is { Redirect: { } redirect })
        {
            return redirect;
        }

        var split = alternatives.FirstOrDefault(c => c.Rule.BackendRefs is not null);
        var rewrite = filters.FirstOrDefault(f => f.Rewrite is not null)?.Rewrite;
        var clusters = split is null ? backends.Only(upstream) : backends.Of(split.Rule.BackendRefs!.Value, upstream, split.Policy.Metadata.Namespace);
        return clusters.Sum(c => (long)c.Weight) == 0
            ? new DirectResponseAction(500, $"every backend of {split!.Name} has weight 0; give one of them a weight")
            : new ForwardAction
            {
                Backends = clusters,
                RewriteHost = rewrite?.Hostname,
                RewritePath = rewrite?.Path,
                Mirrors = [.. filters.Select(f => f.Mirror).OfType<MirrorFilter>().Select(m => Mirror(m, upstream, backends, filtered!)).OfType<RouteMirror>()],
                Session = alternatives.Select(c => c.Rule.Session).FirstOrDefault(s => s is not null)?.ToSession(),
            };
    }

    // A service that cannot be used gets no copies (Gateway API): nobody would miss them.
    private static RouteMirror? Mirror(MirrorFilter mirror, Upstream upstream, RouteBackends backends, RouteCandidate by) =>
        mirror.Share > 0 && backends.One(mirror.Backend, upstream, by.Policy.Metadata.Namespace) is { } cluster ? new RouteMirror(cluster, mirror.Share) : null;

    // One that cannot be used gives no answer: then nothing passes, unless the filter says that it may.
    private static RouteAuthorization Authorization(ExternalAuthFilter asked, Upstream upstream, RouteBackends backends, RouteCandidate by) => new()
    {
        Cluster = backends.One(asked.Backend, upstream, by.Policy.Metadata.Namespace) ?? $"invalid/{RouteBackends.Port(asked.Backend, upstream, by.Policy.Metadata.Namespace)}",
        Protocol = asked.Protocol,
        PathPrefix = asked.Path?.TrimEnd('/') ?? "",
        RequestHeaders = asked.Protocol == AuthorizationProtocol.Grpc ? asked.GrpcHeaders : asked.HttpHeaders,
        ResponseHeaders = asked.HttpResponseHeaders,
        MaxBody = asked.MaxBody == 0 ? null : asked.MaxBody,
        Timeout = asked.Timeout ?? RouteAuthorization.DefaultTimeout,
        FailOpen = asked.FailOpen,
    };

    private static RouteTimeouts Timeouts(ImmutableArray<RouteCandidate> alternatives, RouteTimeouts template) =>
        alternatives.FirstOrDefault(c => c.Rule.Timeouts?.Request is not null) is { Rule.Timeouts.Request: { } request } by
            ? template with { Request = OrNone(request), Origin = Origin(by) }
            : template;

    private static RetrySettings Retry(ImmutableArray<RouteCandidate> alternatives, RetrySettings template)
    {
        if (alternatives.FirstOrDefault(c => c.Rule.Timeouts?.BackendRequest is not null) is { Rule.Timeouts.BackendRequest: { } limit } bounded)
        {
            template = template with { PerTryTimeout = OrNone(limit), Origin = Origin(bounded) };
        }

        if (alternatives.FirstOrDefault(c => c.Rule.Retry is not null) is not { Rule.Retry: { } retry } by)
        {
            return template;
        }

        // GEP-1731: with retries of one's own, errors of connections and a backend that takes too long count too.
        var first = retry.BackOff ?? template.BackOffBase;
        return template with
        {
            Attempts = retry.Attempts ?? template.Attempts,
            On = RetryOn.ConnectFailure | RetryOn.RefusedStream | RetryOn.Reset,
            Statuses = [.. retry.Codes.Distinct().Order()],
            BackOffBase = first,
            BackOffMax = retry.BackOff is null ? template.BackOffMax : first * 10,
            Origin = Origin(by),
        };
    }

    private static TimeSpan? OrNone(TimeSpan limit) => limit == TimeSpan.Zero ? null : limit;

    private static Origin Origin(RouteCandidate candidate) => candidate.Policy.OriginAt(candidate.At);
}
