using System.Collections.Immutable;
using Envoy.Service.Status.V3;
using Grpc.Core;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Kubernetes.Peers;

/// <summary>
/// Asks the other replicas of the control plane by client status discovery (CSDS). Versions are hashes of what is served, so what a sidecar acknowledged there can be compared with what is served
/// here.
/// </summary>
internal sealed partial class PeerStreams(PeerChannels peers, ProxyDirectory directory, TimeProvider time, ILogger<PeerStreams> logger) : IPeerStreams, IDisposable
{
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, IReadOnlyList<(StreamStatus Stream, UpstreamReport Report)>> _said = new(StringComparer.Ordinal);
    private long? _askedAt;

    /// <inheritdoc />
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_askedAt is { } at && time.GetElapsedTime(at) < Keep)
            {
                return;
            }

            using var limit = new CancellationTokenSource(PeerChannels.Limit, time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            var addresses = await peers.FindAsync(ending.Token);
            foreach (var gone in _said.Keys.Except(addresses).ToArray())
            {
                _said.Remove(gone);
            }

            foreach (var (address, streams) in await Task.WhenAll(addresses.Select(a => AskAsync(a, ending.Token))))
            {
                // One that does not answer is believed to be as it was: its sidecars do not vanish with it.
                _said[address] = streams ?? _said.GetValueOrDefault(address, []);
            }

            directory.Elsewhere = [.. _said.Values.SelectMany(s => s).Select(s => s.Stream)];
            directory.ReportsElsewhere = _said.Values.SelectMany(s => s).Where(s => s.Report != UpstreamReport.None).Select(s => (Sidecar(s.Stream), s.Report));
            _askedAt = time.GetTimestamp();
        }
        catch (Exception e) when (e is KubernetesException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.PeersUnknown(logger, e.Message);
            _askedAt = time.GetTimestamp();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private async Task<(string Address, IReadOnlyList<(StreamStatus, UpstreamReport)>? Streams)> AskAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            var client = new ClientStatusDiscoveryService.ClientStatusDiscoveryServiceClient(peers.To(address));
            var answer = await client.FetchClientStatusAsync(new ClientStatusRequest(), cancellationToken: cancellationToken);
            return (address, [.. answer.Config.Where(c => c.ClientScope == "mesh").Select((config, at) => (Read(config, at), UpstreamReportStruct.Decode(config.Node.Metadata)))]);
        }
        catch (Exception e) when (e is RpcException or ObjectDisposedException)
        {
            Log.PeerSilent(logger, address, e is RpcException answer ? answer.Status.Detail : "the channel was closed meanwhile");
            return (address, null);
        }
    }

    private static (ServiceId, string) Sidecar(StreamStatus stream) =>
        NodeId.TryParse(stream.NodeId, out var node) && node.Identity.TryGetService(out var service) ? (service, node.Replica) : default;

    private StreamStatus Read(ClientConfig config, int at)
    {
        var profile = NodeId.TryParse(config.Node.Id, out var node) && node.Identity.TryGetService(out var service) ? service.ToString() : "";
        var types = config.GenericXdsConfigs.ToDictionary(c => c.TypeUrl, c =>
        {
            var acked = c.VersionInfo.Length > 0 ? c.VersionInfo : null;
            return new TypeStatus(
                c.ConfigStatus == ConfigStatus.Synced ? c.VersionInfo : "",
                c.LastUpdated?.ToDateTimeOffset() ?? default,
                acked,
                acked is null ? null : c.LastUpdated?.ToDateTimeOffset(),
                c.ErrorState?.Details,
                c.ErrorState?.VersionInfo);
        });
        return new StreamStatus(-1 - at, config.Node.Id, ClientKind.Mesh, profile, config.Node.UserAgentName, time.GetUtcNow(), ImmutableDictionary.CreateRange(types));
    }

    private static partial class Log
    {
        [LoggerMessage(2670, LogLevel.Warning, "The other replicas of the control plane are not known; what they said last counts: {Reason}", EventName = nameof(PeersUnknown))]
        public static partial void PeersUnknown(ILogger logger, string reason);

        [LoggerMessage(2671, LogLevel.Warning, "The replica of the control plane at {Address} does not say which sidecars speak with it; what it said last counts: {Reason}", EventName = nameof(PeerSilent))]
        public static partial void PeerSilent(ILogger logger, string address, string reason);
    }
}
