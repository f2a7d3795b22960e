using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Policies.Timeout;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Outbound;

/// <summary>Picks the backend of a request by weight, prepares the request for it and sends it there.</summary>
internal sealed class OutboundForwarder(OutboundState state, UpstreamKit kit, HopName hop, ProxyMetrics metrics, MirrorSender mirrors, RouteFilters filters)
{
    /// <summary>Where everything comes from that goes out here, as a hash: this replica. The same after a restart.</summary>
    public ulong Source { get; } = KeyHash.Of($"{hop.ServiceText}#{hop.Replica}");

    /// <summary>What upstreams are reached with.</summary>
    public UpstreamKit Kit => kit;

    /// <summary>The tables and the random numbers.</summary>
    public OutboundState State => state;

    /// <summary>Where retries are counted.</summary>
    public ProxyMetrics Metrics => metrics;

    /// <summary>What rules with filters do first.</summary>
    public RouteFilters Filters => filters;

    /// <summary>Forwards a request.</summary>
    /// <returns>What went wrong; <see langword="null"/>: nothing of the mesh's.</returns>
    public async ValueTask<Failure?> ForwardAsync(
        HttpContext context, OutboundTables tables, CompiledRule rule, ForwardAction action, RequestTarget target, long started, HopSpan span, RouteEffects? effects, RequestClock? clock)
    {
        var session = rule.Session?.Begin(context.Request.Headers, kit.Time.GetUtcNow());
        if ((Backend(session, rule.Split!, tables) ?? rule.Split!.Next()) is not { } backend || tables.Clusters.GetValueOrDefault(backend.Cluster) is not { } cluster)
        {
            return new Failure(ProxyError.BackendMissing, rule.Policy);
        }

        if (cluster.Breaker is not { } breaker)
        {
            return await SendAsync(context, tables, rule, action, backend, cluster, target, started, span, session, effects, clock);
        }

        if (!breaker.Requests.TryEnter())
        {
            return breaker.TooManyRequests(cluster.Cluster.Name);
        }

        try
        {
            return await SendAsync(context, tables, rule, action, backend, cluster, target, started, span, session, effects, clock);
        }
        finally
        {
            breaker.Requests.Leave();
        }
    }

    // A session stays at its backend for as long as anybody is there.
    private static WeightedCluster? Backend(SessionUse? session, WeightedSplit split, OutboundTables tables) =>
        session?.Backend(split) is { } known && tables.Clusters.GetValueOrDefault(known.Cluster) is { Replicas.IsEmpty: false } ? known : null;

    private async ValueTask<Failure?> SendAsync(
        HttpContext context, OutboundTables tables, CompiledRule rule, ForwardAction action, WeightedCluster backend, OutboundCluster cluster, RequestTarget target, long started, HopSpan span,
        SessionUse? session, RouteEffects? effects, RequestClock? clock)
    {
        var outgoing = target.With(action.RewritePath, rule.MatchedPrefix).ToString();
        var tap = PrepareHeaders(context, tables, rule, action, backend, cluster, outgoing);
        if (session is not null || tap is not null)
        {
            effects ??= new RouteEffects();
            effects.Session = session;
            effects.Tap = tap;
        }

        var affinity = rule.Hash?.Of(context.Request.Headers, target.Query, Source, state.Draw) ?? Affinity.None;
        cluster.Budget.Count(started);
        if (UpgradeForwarder.IsUpgrade(context))
        {
            return await new OutboundUpgrade(this, context, rule, cluster, outgoing, affinity.Hash, session).RunAsync();
        }

        using var call = new OutboundCall(this, context, rule, backend, cluster, outgoing, affinity, span, effects, clock);
        return await call.RunAsync();
    }

    private IBodyTap? PrepareHeaders(
        HttpContext context, OutboundTables tables, CompiledRule rule, ForwardAction action, WeightedCluster backend, OutboundCluster cluster, string outgoing)
    {
        var request = context.Request;
        var copied = action.RewriteHost is null ? request.Headers.Host : new StringValues(action.RewriteHost);
        var host = action.RewriteHost ?? cluster.ExternalAuthority;
        if (host is not null)
        {
            request.Headers.Host = host;
        }

        if (!cluster.IsMesh)
        {
            request.Headers.Remove(IdentityHeaders.ForwardedClientCert);
        }

        HeaderEditor.Apply(rule.Rule.RequestHeaders, request.Headers);
        var tap = rule.Mirrors.IsEmpty ? null : mirrors.Start(context, tables, rule, outgoing, copied);
        HeaderEditor.Apply(backend.RequestHeaders, request.Headers);
        return tap;
    }
}
