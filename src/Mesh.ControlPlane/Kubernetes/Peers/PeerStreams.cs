using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Envoy.Service.Status.V3;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Kubernetes.Peers;

/// <summary>
/// Asks the other replicas of the control plane, pods of its own namespace, by client status discovery (CSDS) over mTLS with the control plane's own identity. Versions are hashes of what is
/// served, so what a sidecar acknowledged there can be compared with what is served here.
/// </summary>
internal sealed partial class PeerStreams : IPeerStreams, IDisposable
{
    /// <summary>Label of control plane pods.</summary>
    private const string Component = "app.kubernetes.io/component=control-plane";

    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly KubernetesApi _api;
    private readonly ReplicaName _name;
    private readonly ServerIdentity _identity;
    private readonly ISigningAuthority _authority;
    private readonly ProxyDirectory _directory;
    private readonly TimeProvider _time;
    private readonly ILogger<PeerStreams> _logger;
    private readonly string _pods;
    private readonly int _port;
    private readonly TrustDomain _trustDomain;
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, (GrpcChannel Channel, SslStreamCertificateContext Shown)> _channels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<(StreamStatus Stream, UpstreamReport Report)>> _said = new(StringComparer.Ordinal);
    private long? _askedAt;

    public PeerStreams(
        KubernetesApi api, ControlPlaneSettings settings, ReplicaName name, ServerIdentity identity, ISigningAuthority authority, ProxyDirectory directory, TimeProvider time, ILogger<PeerStreams> logger)
    {
        var cluster = settings.Kubernetes!;
        _api = api;
        _name = name;
        _identity = identity;
        _authority = authority;
        _directory = directory;
        _time = time;
        _logger = logger;
        _pods = $"{ObjectPath.Pods(cluster.SystemNamespace).Collection}?labelSelector={Uri.EscapeDataString($"{Component},mesh.dev/mesh={cluster.Mesh}")}";
        _port = IPEndPoint.Parse(settings.GrpcAddress).Port;
        _trustDomain = TrustDomain.Parse(settings.TrustDomain);
    }

    /// <inheritdoc />
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_askedAt is { } at && _time.GetElapsedTime(at) < Keep)
            {
                return;
            }

            using var limit = new CancellationTokenSource(Limit, _time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            var addresses = await FindAsync(ending.Token);
            foreach (var gone in _channels.Keys.Except(addresses).ToArray())
            {
                _channels.Remove(gone, out var channel);
                channel.Channel.Dispose();
                _said.Remove(gone);
            }

            foreach (var (address, streams) in await Task.WhenAll(addresses.Select(a => AskAsync(a, ending.Token))))
            {
                // One that does not answer is believed to be as it was: its sidecars do not vanish with it.
                _said[address] = streams ?? _said.GetValueOrDefault(address, []);
            }

            _directory.Elsewhere = [.. _said.Values.SelectMany(s => s).Select(s => s.Stream)];
            _directory.ReportsElsewhere = _said.Values.SelectMany(s => s).Where(s => s.Report != UpstreamReport.None).Select(s => (Sidecar(s.Stream), s.Report));
            _askedAt = _time.GetTimestamp();
        }
        catch (Exception e) when (e is KubernetesException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.PeersUnknown(_logger, e.Message);
            _askedAt = _time.GetTimestamp();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (channel, _) in _channels.Values)
        {
            channel.Dispose();
        }

        _one.Dispose();
    }

    private async Task<string[]> FindAsync(CancellationToken cancellationToken)
    {
        var list = await _api.GetAsync(_pods, cancellationToken);
        return
        [
            .. (list["items"] as JsonArray ?? [])
                .OfType<JsonObject>()
                .Where(p => p.Name() != _name.Pod && p["metadata"]?["deletionTimestamp"] is null && (string?)p["status"]?["phase"] == "Running")
                .Select(p => ((string?)p["status"]?["podIP"], Port(p)))
                .Where(p => p.Item1 is not null)
                .Select(p => $"{(p.Item1!.Contains(':', StringComparison.Ordinal) ? $"[{p.Item1}]" : p.Item1)}:{p.Item2}")
                .Distinct(),
        ];
    }

    // The port that is called grpc, as the chart calls it; it is this one's otherwise.
    private int Port(JsonObject pod) =>
        (pod["spec"]?["containers"] as JsonArray ?? []).SelectMany(c => c?["ports"] as JsonArray ?? []).Where(p => (string?)p?["name"] == "grpc").Select(p => (int?)p!["containerPort"]).FirstOrDefault() ?? _port;

    private async Task<(string Address, IReadOnlyList<(StreamStatus, UpstreamReport)>? Streams)> AskAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            var client = new ClientStatusDiscoveryService.ClientStatusDiscoveryServiceClient(Channel(address));
            var answer = await client.FetchClientStatusAsync(new ClientStatusRequest(), cancellationToken: cancellationToken);
            return (address, [.. answer.Config.Where(c => c.ClientScope == "mesh").Select((config, at) => (Read(config, at), UpstreamReportStruct.Decode(config.Node.Metadata)))]);
        }
        catch (RpcException e)
        {
            Log.PeerSilent(_logger, address, e.Status.Detail);
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
        return new StreamStatus(-1 - at, config.Node.Id, ClientKind.Mesh, profile, config.Node.UserAgentName, _time.GetUtcNow(), ImmutableDictionary.CreateRange(types));
    }

    private GrpcChannel Channel(string address)
    {
        lock (_channels)
        {
            var shown = _identity.Current;
            if (_channels.TryGetValue(address, out var known))
            {
                if (ReferenceEquals(known.Shown, shown))
                {
                    return known.Channel;
                }

                // With the old certificate the peer would refuse every call from its end on.
                known.Channel.Dispose();
            }

            var handler = new SocketsHttpHandler
            {
                ConnectTimeout = Limit,
                SslOptions = new SslClientAuthenticationOptions
                {
                    EnabledSslProtocols = HandshakeVersions.Usual,
                    ClientCertificateContext = shown,
                    RemoteCertificateValidationCallback = (_, certificate, chain, _) => IsControlPlane(certificate, chain),
                },
            };
            var channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = 64 * 1024 * 1024 });
            _channels[address] = (channel, shown);
            return channel;
        }
    }

    private bool IsControlPlane(X509Certificate? certificate, X509Chain? chain) =>
        certificate is X509Certificate2 leaf
        && SvidVerifier.Verify(leaf, [.. chain?.ChainPolicy.ExtraStore ?? []], _authority.Current.Bundle, _trustDomain, SvidRole.Server, _time.GetUtcNow()) is { IsValid: true } peer
        && peer.Id == SpiffeId.ControlPlane(_trustDomain);

    private static partial class Log
    {
        [LoggerMessage(2670, LogLevel.Warning, "The other replicas of the control plane are not known; what they said last counts: {Reason}", EventName = nameof(PeersUnknown))]
        public static partial void PeersUnknown(ILogger logger, string reason);

        [LoggerMessage(2671, LogLevel.Warning, "The replica of the control plane at {Address} does not say which sidecars speak with it; what it said last counts: {Reason}", EventName = nameof(PeerSilent))]
        public static partial void PeerSilent(ILogger logger, string address, string reason);
    }
}
