using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>Picks the backend of a request by weight, prepares the request for it and sends it there.</summary>
internal sealed class OutboundForwarder(OutboundState state, UpstreamKit kit, HopName hop, ProxyMetrics metrics)
{
    /// <summary>Where everything comes from that goes out here, as a hash: this replica. The same after a restart.</summary>
    public ulong Source { get; } = KeyHash.Of($"{hop.ServiceText}#{hop.Replica}");

    /// <summary>What upstreams are reached with.</summary>
    public UpstreamKit Kit => kit;

    /// <summary>The tables and the random numbers.</summary>
    public OutboundState State => state;

    /// <summary>Where retries are counted.</summary>
    public ProxyMetrics Metrics => metrics;

    /// <summary>Forwards a request.</summary>
    /// <returns>What went wrong; <see langword="null"/>: nothing of the mesh's.</returns>
    public async ValueTask<Failure?> ForwardAsync(HttpContext context, OutboundTables tables, CompiledRule rule, ForwardAction action, RequestTarget target, long started, HopSpan span)
    {
        if (rule.Split!.Next() is not { } backend || tables.Clusters.GetValueOrDefault(backend.Cluster) is not { } cluster)
        {
            return new Failure(ProxyError.BackendMissing, rule.Policy);
        }

        if (cluster.Breaker is not { } breaker)
        {
            return await SendAsync(context, rule, action, backend, cluster, target, started, span);
        }

        if (!breaker.Requests.TryEnter())
        {
            return breaker.TooManyRequests(cluster.Cluster.Name);
        }

        try
        {
            return await SendAsync(context, rule, action, backend, cluster, target, started, span);
        }
        finally
        {
            breaker.Requests.Leave();
        }
    }

    private async ValueTask<Failure?> SendAsync(
        HttpContext context, CompiledRule rule, ForwardAction action, WeightedCluster backend, OutboundCluster cluster, RequestTarget target, long started, HopSpan span)
    {
        PrepareHeaders(context.Request, rule, action, backend, cluster);
        var affinity = rule.Hash?.Of(context.Request.Headers, target.Query, Source, state.Draw) ?? Affinity.None;
        cluster.Budget.Count(started);
        var outgoing = target.With(action.RewritePath, rule.MatchedPrefix).ToString();
        if (UpgradeForwarder.IsUpgrade(context))
        {
            return await new OutboundUpgrade(this, context, rule, cluster, outgoing, affinity.Hash).RunAsync();
        }

        using var call = new OutboundCall(this, context, rule, backend, cluster, outgoing, affinity, span);
        return await call.RunAsync();
    }

    private static void PrepareHeaders(HttpRequest request, CompiledRule rule, ForwardAction action, WeightedCluster backend, OutboundCluster cluster)
    {
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
        HeaderEditor.Apply(backend.RequestHeaders, request.Headers);
    }
}
