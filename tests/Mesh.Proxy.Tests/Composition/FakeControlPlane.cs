using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Model.Identity;
using Mesh.Registration.V1;
using Mesh.Testing.Identity;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Proxy.Tests.Composition;

/// <summary>A control plane over real TLS: signs for one token, serves what its cache holds, notes who registers.</summary>
internal sealed class FakeControlPlane : IStreamAuthorizer, IAsyncDisposable
{
    public const string Token = "the-token";

    // One that comes back needs its port: on the address that everybody else uses somebody could have it by then. macOS has no other.
    private static readonly IPAddress Loopback = OperatingSystem.IsMacOS() ? IPAddress.Loopback : IPAddress.Parse("127.0.0.2");
    private readonly WebApplication _app;
    private readonly Channel<ReplicaStatus> _statuses = Channel.CreateUnbounded<ReplicaStatus>();

    private FakeControlPlane(ClockedAuthority authority, string serverId, int port)
    {
        Authority = authority;
        var now = TimeProvider.System.GetUtcNow();
        var certificate = authority.Issue(SpiffeId.Parse(serverId), now.AddMinutes(-1), now.AddHours(1));
        var context = SslStreamCertificateContext.Create(certificate, [authority.Intermediate], offline: true);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = context,
                    ClientCertificateRequired = true,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown is null || SvidRules.Check((X509Certificate2)shown, Some.TrustDomain, SvidRole.Client).IsValid,
                }),
            });
        }));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new Identity(this));
        builder.Services.AddSingleton(new Registrations(this));
        builder.Services.AddSingleton(services => new AdsServer(
            Cache, Streams, this, TimeProvider.System, services.GetRequiredService<ILogger<AdsServer>>(), services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        _app = builder.Build();
        _app.MapGrpcService<Identity>();
        _app.MapGrpcService<Registrations>();
        _app.MapGrpcService<AdsServer>();
    }

    public ClockedAuthority Authority { get; }

    public SnapshotCache Cache { get; init; } = new();

    public StreamRegistry Streams { get; } = new();

    public Uri Address => new(_app.Urls.Single());

    /// <summary>How long the SVIDs that it signs live.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromHours(1);

    public static async Task<FakeControlPlane> StartAsync(ClockedAuthority? authority = null, string serverId = "spiffe://shop.local/ns/mesh-system/sa/control-plane", int port = 0)
    {
        var controlPlane = new FakeControlPlane(authority ?? new ClockedAuthority(TimeProvider.System.GetUtcNow()), serverId, port);
        await controlPlane._app.StartAsync(TestContext.Current.CancellationToken);
        return controlPlane;
    }

    /// <summary>Waits for a registration of which this holds.</summary>
    public async Task<ReplicaStatus> RegistrationAsync(Func<ReplicaStatus, bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            var status = await _statuses.Reader.ReadAsync(deadline.Token);
            if (condition(status))
            {
                return status;
            }
        }
    }

    public StreamAdmission Authorize(Envoy.Config.Core.V3.Node node, ServerCallContext context) =>
        NodeId.TryParse(node.Id, out var id) && Certificate(context) is not null ? StreamAdmission.Admit(id.Identity.Text) : StreamAdmission.Refuse("who are you?");

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private static X509Certificate2? Certificate(ServerCallContext context) => context.GetHttpContext().Connection.ClientCertificate;

    private sealed class Identity(FakeControlPlane controlPlane) : IdentityService.IdentityServiceBase
    {
        public override Task<SignCertificateResponse> SignCertificate(SignCertificateRequest request, ServerCallContext context)
        {
            if (Certificate(context) is null && request.Token != Token)
            {
                throw new RpcException(new Status(StatusCode.Unauthenticated, "The token is refused: it is not of this mesh."));
            }

            var csr = CertificateRequest.LoadSigningRequest(request.CsrDer.ToByteArray(), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            using var key = csr.PublicKey.GetECDsaPublicKey()!;
            var names = request.Replica.Split('#')[0].Split('/');
            var id = $"spiffe://shop.local/ns/{names[0]}/sa/{names[1]}";
            var now = TimeProvider.System.GetUtcNow();
            using var leaf = controlPlane.Authority.Sign(id, key, now.AddSeconds(-5), now + controlPlane.Life);
            return Task.FromResult(new SignCertificateResponse
            {
                CertificateChainDer = { ByteString.CopyFrom(leaf.RawData), ByteString.CopyFrom(controlPlane.Authority.Intermediate.RawData) },
                TrustBundleDer = { ByteString.CopyFrom(controlPlane.Authority.Root.RawData) },
                NotAfter = (now + controlPlane.Life).ToTimestamp(),
                SpiffeId = id,
            });
        }
    }

    private sealed class Registrations(FakeControlPlane controlPlane) : RegistrationService.RegistrationServiceBase
    {
        public override async Task Register(IAsyncStreamReader<ReplicaStatus> requestStream, IServerStreamWriter<RegistrationAck> responseStream, ServerCallContext context)
        {
            await foreach (var status in requestStream.ReadAllAsync(context.CancellationToken))
            {
                controlPlane._statuses.Writer.TryWrite(status);
                await responseStream.WriteAsync(new RegistrationAck { Sequence = status.Sequence, Heartbeat = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)) });
            }
        }
    }
}
