using System.Collections.Immutable;
using Grpc.Core;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Recording.V1;

namespace Mesh.ControlPlane.Kubernetes.Peers;

/// <summary>Asks the other replicas of the control plane what their sidecars saw: each reports to the replica that it speaks with.</summary>
internal sealed class PeerRecordings(PeerChannels peers, Recordings recordings, MeshCompiler compiler, TimeProvider time) : IRecordingPeers
{
    /// <inheritdoc />
    public TimeSpan AskEvery { get; } = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc />
    public async ValueTask<ImmutableArray<RecordingShare>> SeenAsync(string id, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(PeerChannels.Limit, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var addresses = await peers.FindAsync(ending.Token);
            return [.. (await Task.WhenAll(addresses.Select(address => AskAsync(address, id, ending.Token)))).OfType<RecordingShare>()];
        }
        catch (Exception e) when (e is KubernetesException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return [Missing($"the other replicas of the control plane are not known ({e.Message})")];
        }
    }

    // Nothing of this very process, whatever its pod is called.
    private async Task<RecordingShare?> AskAsync(string address, string id, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await new RecordingService.RecordingServiceClient(peers.To(address)).SeenAsync(new SeenRequest { Recording = id }, cancellationToken: cancellationToken);
            return answer.Process == recordings.Process ? null
                : !answer.Known ? Missing($"the replica of the control plane at {address} has not heard of it")
                : compiler.Current is { } state ? RecordingShareCodec.Decode(answer, state.Configuration.Topology)
                : Missing("the first snapshot is being made");
        }
        catch (RpcException e)
        {
            return Missing($"the replica of the control plane at {address} does not answer ({e.Status.Detail})");
        }
        catch (ObjectDisposedException)
        {
            return Missing($"the replica of the control plane at {address} was being left");
        }
    }

    private static RecordingShare Missing(string reason) => new() { Gap = $"{reason}, and what its sidecars saw is not in it" };
}
