using System.Net;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Store;
using Mesh.Model.Topology;
using Mesh.Registration.V1;

namespace Mesh.ControlPlane.Discovery;

/// <summary>Registers replicas: one stream each, mTLS, and only for the service that the certificate names.</summary>
internal sealed partial class RegistrationGrpcService(
    PeerVerifier peers,
    ReplicaRegistry registry,
    ControlPlaneMetrics metrics,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<RegistrationGrpcService> logger) : RegistrationService.RegistrationServiceBase
{
    /// <summary>In bytes as UTF-8: what a sidecar says of itself goes to all of its callers.</summary>
    private const int MaxTextLength = 253; // of a Kubernetes object's name

    /// <summary>Ready ports of a replica that are kept; a service has a handful.</summary>
    private const int MaxPorts = 256;

    /// <inheritdoc />
    public override async Task Register(IAsyncStreamReader<ReplicaStatus> requestStream, IServerStreamWriter<RegistrationAck> responseStream, ServerCallContext context)
    {
        var peer = peers.Verify(context.GetHttpContext());
        if (!peer.IsValid)
        {
            throw Refuse(StatusCode.Unauthenticated, "unknown", $"Registration needs a live SVID: {peer.Reason}.");
        }

        if (!peer.Id.TryGetService(out var service))
        {
            throw Refuse(StatusCode.PermissionDenied, peer.Id.Text, $"{peer.Id} is not the identity of a service.");
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        ReplicaLease? lease = null;
        string? name = null;
        var said = UpstreamReport.None;
        try
        {
            while (await requestStream.MoveNext(ending.Token))
            {
                var status = requestStream.Current;
                var replica = Read(status, service, name);
                name = status.Replica;
                Count(said, replica.Upstreams);
                said = replica.Upstreams;
                if (lease is null)
                {
                    lease = registry.Register(replica);
                }
                else if (!lease.Renew(replica))
                {
                    // Either a newer stream took over, or the lease ran out while the process slept. The sidecar comes back with a new stream in both cases.
                    throw new RpcException(new Status(StatusCode.Aborted, $"Replica {name} lost its lease, or another stream registered it; open a new stream."));
                }

                await responseStream.WriteAsync(
                    new RegistrationAck { Sequence = status.Sequence, Lease = registry.Lease.ToDuration(), Heartbeat = (registry.Lease / 3).ToDuration() },
                    ending.Token);
            }
        }
        catch (TooManyReplicasException e)
        {
            throw Refuse(StatusCode.ResourceExhausted, service.ToString(), e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The stream is over; withdrawing the replica is all that is left to do.
        }
        finally
        {
            lease?.Dispose();
        }
    }

    private RegisteredReplica Read(ReplicaStatus status, ServiceId service, string? name)
    {
        if (status.Namespace != service.Namespace || status.Service != service.Name)
        {
            throw Refuse(StatusCode.PermissionDenied, service.ToString(), $"A certificate of {service} registers no replica of {status.Namespace}/{status.Service}.");
        }

        if (status.Replica.Length == 0 || IsTooLong(status.Replica) || (name is not null && status.Replica != name))
        {
            throw Refuse(StatusCode.InvalidArgument, service.ToString(), $"replica={Cut(status.Replica)}: must be 1 to {MaxTextLength} bytes and stay the same on a stream.");
        }

        if (IsTooLong(status.Zone))
        {
            throw Refuse(StatusCode.InvalidArgument, service.ToString(), $"zone={Cut(status.Zone)}: must be {MaxTextLength} bytes at most.");
        }

        if (IsTooLong(status.ProxyVersion))
        {
            throw Refuse(StatusCode.InvalidArgument, service.ToString(), $"proxy_version={Cut(status.ProxyVersion)}: must be {MaxTextLength} bytes at most.");
        }

        if (!IPAddress.TryParse(status.MeshDoor?.Ip, out var ip) || status.MeshDoor is not { Port: >= 1 and <= 65535 })
        {
            throw Refuse(StatusCode.InvalidArgument, service.ToString(), $"mesh_door={status.MeshDoor?.Ip}:{status.MeshDoor?.Port}: must be an IP literal and a port.");
        }

        return new RegisteredReplica(
            new Replica
            {
                Service = service,
                Name = status.Replica,
                Address = ip.ToString(),
                Port = (int)status.MeshDoor.Port,
                ReadyPorts = [.. status.Ports.Where(p => p.Ready && DnsLabel.IsValid(p.Name)).Select(p => p.Name).Distinct(StringComparer.Ordinal).Take(MaxPorts)],
                Weight = (int)Math.Clamp(status.Weight, 1, 1_000_000),
                Zone = status.Zone,
            },
            status.Draining,
            status.CertificateNotAfter?.ToDateTimeOffset(),
            status.ProxyVersion,
            time.GetUtcNow())
        {
            Upstreams = UpstreamReportReader.Read(status),
        };
    }

    private static bool IsTooLong(string text) => Encoding.UTF8.GetByteCount(text) > MaxTextLength;

    // What is refused for its length is not written out in full either.
    private static string Cut(string text) => text.Length > MaxTextLength ? $"{text[..MaxTextLength]}…" : text;

    // By what the sidecar counted, so that one that came and went between two statuses counts too. After a new stream its count of before is not known here.
    private void Count(UpstreamReport before, UpstreamReport now)
    {
        if (!ReferenceEquals(before, UpstreamReport.None))
        {
            metrics.LeftOut(LeftOut.Ejected, Math.Max(0, now.Ejections - before.Ejections));
            metrics.LeftOut(LeftOut.Unhealthy, Math.Max(0, now.HealthFailures - before.HealthFailures));
        }
        else
        {
            metrics.LeftOut(LeftOut.Ejected, now.LeftOut.Count(o => o.State == LeftOut.Ejected));
            metrics.LeftOut(LeftOut.Unhealthy, now.LeftOut.Count(o => o.State == LeftOut.Unhealthy));
        }
    }

    private RpcException Refuse(StatusCode code, string caller, string message)
    {
        Log.RegistrationRefused(logger, caller, message);
        return new RpcException(new Status(code, message));
    }

    private static partial class Log
    {
        [LoggerMessage(2400, LogLevel.Warning, "A registration of {Caller} was refused: {Reason}", EventName = nameof(RegistrationRefused))]
        public static partial void RegistrationRefused(ILogger logger, string caller, string reason);
    }
}
