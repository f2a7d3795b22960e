using Grpc.Core;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Compilation;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Recording;
using Mesh.Recording.V1;
using Mesh.Xds.Codecs;

namespace Mesh.ControlPlane.Discovery;

/// <summary>Takes what sidecars saw, each of the calls of its own service only: whose it is says its certificate. Tells the other replicas of the control plane of it.</summary>
internal sealed partial class RecordingGrpcService(PeerVerifier peers, MeshCompiler compiler, Recordings recordings, ControlPlaneSettings settings, ILogger<RecordingGrpcService> logger)
    : RecordingService.RecordingServiceBase
{
    private const int MaxNameLength = 253;

    private readonly SpiffeId _controlPlane = SpiffeId.ControlPlane(TrustDomain.Parse(settings.TrustDomain));

    /// <inheritdoc />
    public override Task<RecordingAck> Report(RecordingReport request, ServerCallContext context)
    {
        var peer = peers.Verify(context.GetHttpContext());
        if (!peer.IsValid)
        {
            throw Refuse(StatusCode.Unauthenticated, "unknown", $"Reports need a live SVID: {peer.Reason}.");
        }

        if (!peer.Id.TryGetService(out var service))
        {
            throw Refuse(StatusCode.PermissionDenied, peer.Id.Text, $"{peer.Id} is not the identity of a service.");
        }

        if (request.Replica.Length is 0 or > MaxNameLength)
        {
            throw Refuse(StatusCode.InvalidArgument, peer.Id.Text, $"replica: must be 1 to {MaxNameLength} characters.");
        }

        var ports = compiler.Current?.Configuration.Topology.Services.GetValueOrDefault(service)?.Ports.ToDictionary(p => p.Name, p => p.Protocol, StringComparer.Ordinal) ?? [];
        recordings.Take(
            request.Recording, service, request.Replica, ports, request.Edges.Select(RecordingCodec.Decode).OfType<EdgeRecording>(), (long)Math.Min(request.Unlisted, 1_000_000_000UL), request.Final);
        return Task.FromResult(new RecordingAck());
    }

    /// <inheritdoc />
    public override Task<SeenAnswer> Seen(SeenRequest request, ServerCallContext context)
    {
        var peer = peers.Verify(context.GetHttpContext());
        if (!peer.IsValid || peer.Id != _controlPlane)
        {
            throw Refuse(StatusCode.PermissionDenied, peer.IsValid ? peer.Id.Text : "unknown", "What was seen is for the other replicas of the control plane alone.");
        }

        var answer = recordings.ShareOf(request.Recording) is { } share ? RecordingShareCodec.Encode(share) : new SeenAnswer();
        answer.Process = recordings.Process;
        return Task.FromResult(answer);
    }

    private RpcException Refuse(StatusCode code, string caller, string message)
    {
        Log.ReportRefused(logger, caller, message);
        return new RpcException(new Status(code, message));
    }

    private static partial class Log
    {
        [LoggerMessage(2440, LogLevel.Warning, "What {Caller} reports or asks of a recording was refused: {Reason}", EventName = nameof(ReportRefused))]
        public static partial void ReportRefused(ILogger logger, string caller, string reason);
    }
}
