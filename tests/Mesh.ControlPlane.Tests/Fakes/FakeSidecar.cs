using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Net.Client;
using Mesh.ControlPlane.Authority;
using Mesh.Model.Identity;
using Mesh.Model.Topology;
using Mesh.Registration.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Fakes;

/// <summary>The control plane's side of a sidecar: a key, an SVID, connections that show it.</summary>
internal sealed class FakeSidecar : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>What it shows in handshakes: leaf with key, then intermediates.</summary>
    public X509Certificate2Collection Chain { get; } = [];

    /// <summary>The control plane that the next connection leads to.</summary>
    public required Uri Grpc { get; set; }

    /// <summary>When the certificate ends that the control plane showed last.</summary>
    public DateTimeOffset ServerCertificateEnd { get; private set; }

    /// <summary>A sidecar without an SVID.</summary>
    public static FakeSidecar Unknown(ControlPlaneHost host) => new() { Grpc = host.Addresses.Grpc! };

    /// <summary>A sidecar that got its SVID over the wire, with a token.</summary>
    public static async Task<FakeSidecar> EnrolledAsync(ControlPlaneHost host, string service)
    {
        var sidecar = Unknown(host);
        await sidecar.SignAsync(Token(host, service));
        return sidecar;
    }

    public static string Token(ControlPlaneHost host, string service)
    {
        Assert.True(ServiceId.TryParse(service, ServiceId.DefaultNamespace, out var id));
        return host.Services.GetRequiredService<IdentityTokens>().Issue(id, TimeSpan.FromHours(1)).Text;
    }

    public byte[] Csr(params string[] uris)
    {
        var request = new CertificateRequest("CN=whatever", Key, HashAlgorithmName.SHA256);
        if (uris.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var uri in uris)
            {
                names.AddUri(new Uri(uri));
            }

            request.CertificateExtensions.Add(names.Build());
        }

        return request.CreateSigningRequest();
    }

    /// <summary>Asks for a certificate and takes it.</summary>
    public async Task<SignCertificateResponse> SignAsync(string token = "", byte[]? csr = null)
    {
        using var channel = Connect();
        var client = new IdentityService.IdentityServiceClient(channel);
        var answer = await client.SignCertificateAsync(
            new SignCertificateRequest { CsrDer = ByteString.CopyFrom(csr ?? Csr()), Token = token, Replica = "test" },
            deadline: DateTime.UtcNow.AddSeconds(20),
            cancellationToken: TestContext.Current.CancellationToken);
        Show([.. answer.CertificateChainDer.Select(d => d.ToByteArray())]);
        return answer;
    }

    public void Show(byte[][] chain)
    {
        Chain.Clear();
        using var leaf = X509CertificateLoader.LoadCertificate(chain[0]);
        Chain.Add(leaf.CopyWithPrivateKey(Key));
        foreach (var der in chain[1..])
        {
            Chain.Add(X509CertificateLoader.LoadCertificate(der));
        }
    }

    /// <summary>A new connection that shows the current chain.</summary>
    public GrpcChannel Connect()
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = Chain.Count == 0 ? null : SslStreamCertificateContext.Create(Chain[0], [.. Chain.Skip(1)], offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    ServerCertificateEnd = ((X509Certificate2)certificate!).NotAfter.ToUniversalTime();
                    return SvidRules.Check((X509Certificate2)certificate, ControlPlaneHost.TrustDomain, SvidRole.Server).Id == SpiffeId.ControlPlane(ControlPlaneHost.TrustDomain);
                },
            },
        };
        _owned.Add(handler);
        return GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { HttpHandler = handler });
    }

    public void Dispose()
    {
        Key.Dispose();
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }
}
