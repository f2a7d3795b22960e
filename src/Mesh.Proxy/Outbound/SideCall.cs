using System.Collections.Immutable;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>A request that the sidecar sends by itself, beside those of its app: over the same connections and with the same identity. It holds its place until it is disposed of.</summary>
internal sealed class SideCall : IAsyncDisposable
{
    private const int MaxAttempts = 3;

    private readonly UpstreamReplica _replica;
    private readonly HttpPool _pool;
    private readonly RequestBody? _body;

    private SideCall(UpstreamReplica replica, HttpPool pool, RequestBody? body, UpstreamResponse response) =>
        (_replica, _pool, _body, Response) = (replica, pool, body, response);

    /// <summary>The response, whose head has come.</summary>
    public UpstreamResponse Response { get; }

    /// <summary>Sends a request; to another replica where it provably was not processed and its body can be sent from its beginning.</summary>
    /// <param name="cluster">To whom.</param>
    /// <param name="kit">What upstreams are reached with.</param>
    /// <param name="request">The request.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="body">Its body; <see langword="null"/>: none.</param>
    /// <param name="isGrpc">Whether it has to go over HTTP/2.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The call, or why there is none.</returns>
    public static async ValueTask<(SideCall? Call, Failure? Failure)> SendAsync(
        OutboundCluster cluster, UpstreamKit kit, HttpContext request, string target, RequestBody? body, bool isGrpc, CancellationToken cancellationToken)
    {
        Failure? failure = null;
        ImmutableArray<UpstreamReplica> tried = [];
        while (tried.Length < MaxAttempts && body is not { CanBeSentAgain: false })
        {
            var svid = cluster.IsMesh ? kit.Identity.Current : null;
            if (cluster.IsMesh && svid is null)
            {
                return (null, new Failure(ProxyError.IdentityUnavailable));
            }

            if (cluster.Pick(tried, hash: null) is not { } replica)
            {
                return (null, new Failure(ProxyError.NoEndpoints, Detail: $"{cluster.Cluster.Name} has no replica that is ready"));
            }

            var inFlight = replica.Enter();
            var pool = cluster.Pool(replica, svid);
            try
            {
                var isHttp2 = cluster.IsMesh ? replica.IsHttp2(cluster.Cluster.Wire, inFlight, isGrpc || cluster.Cluster.Protocol == AppProtocol.Grpc, body is null ? 0 : body.Length) : isGrpc || cluster.Cluster.Protocol.IsHttp2();
                var response = await kit.Path.SendAsync(new OutgoingRequest { Context = request, Target = target, Body = body, Pool = pool, IsHttp2 = isHttp2 }, cancellationToken);
                replica.NoteReached();
                return (new SideCall(replica, pool, body, response), null);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException)
            {
                if (body is not null)
                {
                    await body.StopAsync();
                }

                pool.Leave();
                replica.Leave();
                var failed = AttemptFailure.Of(e);
                failure = new Failure(failed.Error, Detail: $"{cluster.Cluster.Name}, {replica.Name}: {failed.Detail}");
                if (failed.Stage == AttemptStage.MaybeProcessed || cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                if (failed.Stage == AttemptStage.NotConnected)
                {
                    cluster.NoteUnreachable(replica);
                }

                tried = tried.Add(replica);
            }
        }

        return (null, failure);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_body is not null)
        {
            Response.EndRequest();
            await _body.StopAsync();
        }

        Response.Dispose();
        _pool.Leave();
        _replica.Leave();
    }
}
