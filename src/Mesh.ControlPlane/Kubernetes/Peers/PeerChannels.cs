using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Kubernetes.Peers;

/// <summary>The other replicas of the control plane: pods of its own namespace, spoken to over mTLS with the control plane's own identity.</summary>
internal sealed class PeerChannels : IDisposable
{
    /// <summary>How long a peer may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Label of control plane pods.</summary>
    private const string Component = "app.kubernetes.io/component=control-plane";

    private readonly KubernetesApi _api;
    private readonly ReplicaName _name;
    private readonly ServerIdentity _identity;
    private readonly ISigningAuthority _authority;
    private readonly TimeProvider _time;
    private readonly string _pods;
    private readonly int _port;
    private readonly TrustDomain _trustDomain;
    private readonly Dictionary<string, (GrpcChannel Channel, SslStreamCertificateContext Shown)> _channels = new(StringComparer.Ordinal);

    public PeerChannels(KubernetesApi api, ControlPlaneSettings settings, ReplicaName name, ServerIdentity identity, ISigningAuthority authority, TimeProvider time)
    {
        var cluster = settings.Kubernetes!;
        _api = api;
        _name = name;
        _identity = identity;
        _authority = authority;
        _time = time;
        _pods = $"{ObjectPath.Pods(cluster.SystemNamespace).Collection}?labelSelector={Uri.EscapeDataString($"{Component},mesh.dev/mesh={cluster.Mesh}")}";
        _port = IPEndPoint.Parse(settings.GrpcAddress).Port;
        _trustDomain = TrustDomain.Parse(settings.TrustDomain);
    }

    /// <summary>Their addresses, <c>ip:port</c>. Channels to those that are gone are closed.</summary>
    /// <exception cref="KubernetesException">They cannot be had.</exception>
    public async Task<string[]> FindAsync(CancellationToken cancellationToken)
    {
        var list = await _api.GetAsync(_pods, cancellationToken);
        string[] addresses =
        [
            .. (list["items"] as JsonArray ?? [])
                .OfType<JsonObject>()
                .Where(p => p.Name() != _name.Pod && p["metadata"]?["deletionTimestamp"] is null && (string?)p["status"]?["phase"] == "Running")
                .Select(p => ((string?)p["status"]?["podIP"], Port(p)))
                .Where(p => p.Item1 is not null)
                .Select(p => $"{(p.Item1!.Contains(':', StringComparison.Ordinal) ? $"[{p.Item1}]" : p.Item1)}:{p.Item2}")
                .Distinct(),
        ];
        lock (_channels)
        {
            foreach (var gone in _channels.Keys.Except(addresses).ToArray())
            {
                _channels.Remove(gone, out var channel);
                channel.Channel.Dispose();
            }
        }

        return addresses;
    }

    /// <summary>Speaks to one of them, whose certificate is the control plane's.</summary>
    public GrpcChannel To(string address)
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

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_channels)
        {
            foreach (var (channel, _) in _channels.Values)
            {
                channel.Dispose();
            }

            _channels.Clear();
        }
    }

    // The port that is called grpc, as the chart calls it; it is this one's otherwise.
    private int Port(JsonObject pod) =>
        (pod["spec"]?["containers"] as JsonArray ?? []).SelectMany(c => c?["ports"] as JsonArray ?? []).Where(p => (string?)p?["name"] == "grpc").Select(p => (int?)p!["containerPort"]).FirstOrDefault() ?? _port;

    private bool IsControlPlane(X509Certificate? certificate, X509Chain? chain) =>
        certificate is X509Certificate2 leaf
        && SvidVerifier.Verify(leaf, [.. chain?.ChainPolicy.ExtraStore ?? []], _authority.Current.Bundle, _trustDomain, SvidRole.Server, _time.GetUtcNow()) is { IsValid: true } peer
        && peer.Id == SpiffeId.ControlPlane(_trustDomain);
}
