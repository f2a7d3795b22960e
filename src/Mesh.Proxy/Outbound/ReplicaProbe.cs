using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.HealthCheck;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>
/// Asks a replica how it is, on the way that calls take: through its mesh door, under this sidecar's identity and its permissions, over connections of its own, so that no limit of calls
/// stands in the way.
/// </summary>
internal sealed class ReplicaProbe(OutboundCluster cluster, UpstreamReplica replica, HealthCheck check, UpstreamKit kit) : IReplicaProbe
{
    private static readonly string[] Refusals = [ErrorCatalog.Of(ProxyError.PermissionDenied).Code, ErrorCatalog.Of(ProxyError.RateLimited).Code];
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private HttpPool? _pool;

    /// <inheritdoc />
    public async Task<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        var svid = cluster.IsMesh ? kit.Identity.Current : null;
        if (cluster.IsMesh && svid is null)
        {
            return new(CheckVerdict.None, "this sidecar has no certificate");
        }

        if (check.Kind == HealthCheckKind.Tcp)
        {
            return await ConnectAsync(svid, cancellationToken);
        }

        var pool = Pool(svid);
        using var message = check.Kind == HealthCheckKind.Grpc ? GrpcHealth.Request(pool.Origin, check, Host) : Get(pool.Origin);
        if (cluster.IsMesh)
        {
            message.Headers.TryAddWithoutValidation(ProbeMark.Header, ProbeMark.HealthCheck);
        }

        message.Headers.TryAddWithoutValidation("User-Agent", "mesh-health-check");
        try
        {
            using var response = await pool.SendAsync(message, cancellationToken);
            return Refusal(response) ?? (check.Kind == HealthCheckKind.Grpc ? await GrpcHealth.ReadAsync(response, cancellationToken) : Read(response));
        }
        finally
        {
            if (!check.ReuseConnection)
            {
                Dispose();
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _pool?.Retire();
        _pool = null;
    }

    private string Host => cluster.ExternalAuthority ?? cluster.Cluster.ServerName;

    private HttpPool Pool(WorkloadSvid? svid)
    {
        var generation = svid?.Generation ?? 0;
        if (_pool is { } known && known.Generation >= generation)
        {
            return known;
        }

        Dispose();
        return _pool = new HttpPool(cluster.Connector(replica, svid), cluster.Cluster.Idle, age: null, generation, kit.Time);
    }

    private HttpRequestMessage Get(string origin)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, new Uri(origin + check.Path, AsItIs))
        {
            Version = cluster.Cluster.Protocol.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        message.Headers.Host = Host;
        foreach (var header in check.Headers)
        {
            if (header.Name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                message.Headers.Host = header.Value;
            }
            else
            {
                message.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
        }

        return message;
    }

    // Who may not ask learns nothing of the app: to take that for an answer would empty the cluster by a permission.
    private static CheckResult? Refusal(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(ErrorResponse.Header, out var made) && Array.Exists(Refusals, code => made.ToString().StartsWith(code, StringComparison.Ordinal))
            ? new(CheckVerdict.None, $"its sidecar refuses them ({made}); let this service GET the path in a TrafficPermission, or more of it in a RateLimit")
            : null;

    private CheckResult Read(HttpResponseMessage response) => check.ExpectedStatuses.Contains((int)response.StatusCode)
        ? new(CheckVerdict.Well)
        : new(CheckVerdict.Unwell, $"it answered {(int)response.StatusCode}");

    private async Task<CheckResult> ConnectAsync(WorkloadSvid? svid, CancellationToken cancellationToken)
    {
        var connection = await cluster.Connector(replica, svid).ConnectAsync(ConnectionUse.Tunnel, cancellationToken);
        await using var stream = connection.Stream;
        if (check.Send.Length > 0)
        {
            await stream.WriteAsync(Convert.FromBase64String(check.Send), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }

        return await ReceiveAsync(stream, cancellationToken) ? new(CheckVerdict.Well) : new(CheckVerdict.Unwell, "it closed the connection before it sent what was expected");
    }

    private async Task<bool> ReceiveAsync(Stream stream, CancellationToken cancellationToken)
    {
        const int most = 64 * 1024;
        var received = new List<byte>();
        var from = 0;
        var buffer = new byte[4096];
        foreach (var block in check.Receive.Select(Convert.FromBase64String))
        {
            int at;
            while ((at = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(received)[from..].IndexOf(block)) < 0)
            {
                var read = received.Count > most ? 0 : await stream.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                {
                    return false;
                }

                received.AddRange(buffer.AsSpan(0, read));
            }

            from += at + block.Length;
        }

        return true;
    }
}
