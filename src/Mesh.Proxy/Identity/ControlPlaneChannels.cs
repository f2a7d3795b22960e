using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Mesh.Model.Identity;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Identity;

/// <summary>
/// Opens gRPC channels to the control plane: TLS 1.3, verified by SPIFFE id under the newest bundle, never by host name. A channel shows one SVID for life; who wants
/// the next SVID shown opens the next channel.
/// </summary>
internal sealed class ControlPlaneChannels(ProxySettings settings, WorkloadIdentity identity, PeerVerifier verifier)
{
    // Dead connections (a laptop that moved networks, a stopped process) are found within 15 s even where no FIN ever comes.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Connect = TimeSpan.FromSeconds(5);

    /// <summary>Opens a channel; nothing is sent before the first call.</summary>
    /// <param name="svid">What this side shows. <see langword="null"/>: nothing; only signing with a token works then.</param>
    /// <exception cref="InvalidOperationException">The bootstrap names no control plane.</exception>
    public GrpcChannel Open(WorkloadSvid? svid)
    {
        var address = settings.ControlPlane ?? throw new InvalidOperationException("The bootstrap names no control plane.");
        var tls = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = svid?.CertificateContext,
            EnabledSslProtocols = HandshakeVersions.Usual,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,

            // The chain that the TLS stack builds trusts nobody and asks no network: the callback builds the real one, with the bundle and time of the moment.
            CertificateChainPolicy = SvidVerifier.ChainPolicy(TrustBundle.Empty, DateTimeOffset.UnixEpoch),
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => verifier.IsControlPlane(certificate, chain, Bundle(), settings.Id.TrustDomain),
        };
        var handler = new SocketsHttpHandler
        {
            SslOptions = tls,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = Connect,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = false,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,

            // With a callback of ours the gRPC client leaves connections to this handler. Its own connection manager pauses between attempts, up to two minutes, and after a
            // control plane was killed it was seen to stay between connecting and failing for good; the callers here wait already, with jitter.
            ConnectCallback = ConnectAsync,
        };
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = 64 << 20 });
    }

    /// <summary>From which of this machine's addresses the control plane was reached last. <see langword="null"/>: it was not yet.</summary>
    public IPAddress? LocalAddress { get; private set; }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            var local = ((IPEndPoint)socket.LocalEndPoint!).Address;
            LocalAddress = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Before the first SVID, and when the last one is so old that roots may have rotated since, the bootstrap's roots count as well.
    private TrustBundle Bundle() => identity.Latest is { } latest
        ? TrustBundle.FromDer([.. latest.TrustBundle.Roots.Concat(Given().Roots).Select(root => root.RawDataMemory)])
        : Given();

    // Read at every handshake, of which there are few. While it is being replaced, what it held at the start counts.
    private TrustBundle Given()
    {
        try
        {
            return settings.TrustBundleFile is { } path ? TrustBundleFile.Read(path) : settings.TrustBundle;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return settings.TrustBundle;
        }
    }
}
