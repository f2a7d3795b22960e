using System.Collections.Immutable;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Policies.Retry;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>One upgrade on its way to a replica: tried elsewhere only where there was no connection, and with no limit but silence.</summary>
internal sealed class OutboundUpgrade(OutboundForwarder forwarder, HttpContext context, CompiledRule rule, OutboundCluster cluster, string target, ulong? hash, SessionUse? session)
{
    /// <summary>Sends it and moves bytes until one side ends.</summary>
    public async ValueTask<Failure?> RunAsync()
    {
        ImmutableArray<UpstreamReplica> tried = [];
        for (var attempt = 1; ; attempt++)
        {
            var svid = cluster.IsMesh ? forwarder.Kit.Identity.Current : null;
            if (cluster.IsMesh && svid is null)
            {
                return new Failure(ProxyError.IdentityUnavailable);
            }

            if (((attempt == 1 ? cluster.Of(session) : null) ?? cluster.Pick(tried, hash)) is not { } replica)
            {
                return new Failure(ProxyError.NoEndpoints, Detail: $"{cluster.Cluster.Name} has no replica that is ready");
            }

            var error = await AttemptAsync(replica, svid);
            if (error is null || context.Response.HasStarted)
            {
                replica.NoteReached();
                cluster.Outliers?.Report(replica, AttemptOutcome.Success); // there was a connection
                return null;
            }

            if (context.RequestAborted.IsCancellationRequested)
            {
                return new Failure(ProxyError.ClientClosed);
            }

            var failed = AttemptFailure.Of(error);
            if (failed.Error == ProxyError.UpstreamOverflow)
            {
                return new Failure(failed.Error, cluster.Breaker?.Policy, failed.Detail);
            }

            cluster.Outliers?.Report(replica, AttemptOutcome.LocalFailure);
            if (failed.Stage == AttemptStage.NotConnected)
            {
                cluster.NoteUnreachable(replica);
            }

            var settings = rule.Rule.Retry;
            var isAgain = attempt <= settings.Attempts && failed.Stage == AttemptStage.NotConnected
                && RetryDecision.For(settings, failed, context.Request.Method) is not null && cluster.Budget.TrySpend();
            if (!isAgain)
            {
                return new Failure(failed.Error, Detail: $"{cluster.Cluster.Name}, {replica.Name}: {failed.Detail}");
            }

            forwarder.Metrics.Retried(cluster.Cluster.Name, "connect-failure");
            tried = tried.Add(replica);
        }
    }

    private async ValueTask<Exception?> AttemptAsync(UpstreamReplica replica, WorkloadSvid? svid)
    {
        replica.Enter();
        var pool = cluster.Pool(replica, svid);
        try
        {
            return await forwarder.Kit.Upgrades.ForwardAsync(context, target, pool, rule.Rule.Timeouts.StreamIdle, cluster.IsMesh, context.RequestAborted);
        }
        finally
        {
            pool.Leave();
            replica.Leave();
        }
    }
}
