using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Mesh.Proxy.Tests;

/// <summary>What a sidecar does with hosts outside the mesh; there every part of the way is its own.</summary>
public sealed class ExternalServiceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    // what is believed: in a file, inline, the system's | is the call answered
    [InlineData("file", true)]
    [InlineData("inline", true)]
    [InlineData("system", false)]
    [InlineData("other", false)]
    [InlineData("missing", false)]
    public async Task Tls_OfItsOwnRoots_BelievesThoseAlone(string roots, bool isAnswered)
    {
        using var certificate = new LocalhostCertificate();
        using var other = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync(context.Request.Host.Value!), certificate: certificate.Certificate);
        var tls = roots switch
        {
            "file" => new ExternalTls { CaFile = certificate.CertificateFile },
            "inline" => new ExternalTls { Ca = certificate.Certificate.ExportCertificatePem() },
            "other" => new ExternalTls { CaFile = other.CertificateFile },
            "missing" => new ExternalTls { CaFile = certificate.CertificateFile + ".not" },
            _ => new ExternalTls(),
        };
        await using var pair = await StartAsync(app, AppProtocol.Http, tls);
        using var client = new HttpClient();

        using var answer = await client.GetAsync(pair.Url, Stop).InTime();

        if (isAnswered)
        {
            Assert.Equal($"localhost:{app.Address.Port}", await answer.Content.ReadAsStringAsync(Stop));
        }
        else
        {
            Assert.StartsWith("handshake_failed;", answer.Headers.GetValues("mesh-error").Single());
        }
    }

    [Fact]
    public async Task Tls_RootsInAMountedSecret_AreReadAgainWhenTheKubeletReplacesThem()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links as a kubelet makes them need rights there.");
        using var certificate = new LocalhostCertificate();
        using var other = new LocalhostCertificate();
        using var mount = new TemporaryDirectory();
        // As a kubelet lays it out: ca.crt -> ..data/ca.crt, ..data -> the folder of a version.
        Mount(mount.Path, "..1", other.CertificateFile);
        File.CreateSymbolicLink(Path.Combine(mount.Path, "ca.crt"), Path.Combine("..data", "ca.crt"));
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"), certificate: certificate.Certificate);
        await using var pair = await StartAsync(app, AppProtocol.Http, new ExternalTls { CaFile = Path.Combine(mount.Path, "ca.crt") });
        using var client = new HttpClient();
        using (var refused = await client.GetAsync(pair.Url, Stop).InTime())
        {
            Assert.StartsWith("handshake_failed;", refused.Headers.GetValues("mesh-error").Single());
        }

        Mount(mount.Path, "..2", certificate.CertificateFile);

        using var answer = await client.GetAsync(pair.Url, Stop).InTime();
        Assert.Equal("app", await answer.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Tls_WithAServerName_AsksForItAndChecksIt()
    {
        using var certificate = new LocalhostCertificate();
        string? asked = null;
        await using var app = await TestApp.StartAsync(
            context => context.Response.WriteAsync("app"),
            https: https => https.ServerCertificateSelector = (_, name) =>
            {
                asked = name;
                return certificate.Certificate;
            });
        await using var pair = await StartAsync(app, AppProtocol.Https, new ExternalTls { CaFile = certificate.CertificateFile, ServerName = "api.dev.localhost" });
        using var client = new HttpClient();

        using var right = await client.GetAsync(pair.Url, Stop).InTime();
        pair.Apply(o => o with { Cluster = External(app, AppProtocol.Https, new ExternalTls { CaFile = certificate.CertificateFile, ServerName = "api.example" }) });
        using var wrong = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (right.StatusCode, wrong.StatusCode));
        Assert.Equal("api.example", asked);
    }

    [Fact]
    public async Task Tls_WithAClientCertificate_ShowsItAndTheOneThatReplacesIt()
    {
        using var certificate = new LocalhostCertificate();
        using var shown = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(
            context => context.Response.WriteAsync(context.Connection.ClientCertificate!.Thumbprint),
            https: https =>
            {
                https.ServerCertificate = certificate.Certificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.AllowAnyClientCertificate();
            });
        var tls = new ExternalTls { CaFile = certificate.CertificateFile, CertificateFile = shown.CertificateFile, KeyFile = shown.KeyFile };
        await using var pair = await StartAsync(app, AppProtocol.Https, tls);
        using var client = new HttpClient();

        var first = await client.GetStringAsync(pair.Url, Stop).InTime();
        var before = shown.Certificate.Thumbprint;
        var after = shown.Replace().Thumbprint;
        pair.Apply(o => o with { Cluster = External(app, AppProtocol.Https, tls with { ServerName = "localhost" }) });
        var second = await client.GetStringAsync(pair.Url, Stop).InTime();

        Assert.Equal((before, after), (first, second));
    }

    [Fact]
    public async Task Endpoints_OneOfWhichIsDown_OthersAnswer()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync(context.Request.Host.Value!));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Cluster = c => c with { Kind = ClusterKind.External, PeerIdentity = null, ExternalHost = "127.0.0.1", ExternalPort = 1, ExternalEndpoints = [new("localhost", app.Address.Port, 3)] },
        });
        using var client = new HttpClient();

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal("127.0.0.1:1", await client.GetStringAsync(pair.Url, Stop).InTime());
        }
    }

    private static Task<ProxyPair> StartAsync(TestApp app, AppProtocol protocol, ExternalTls? tls) =>
        ProxyPair.StartAsync(app.Address, new PairOptions { Cluster = External(app, protocol, tls), Retry = RetrySettings.Default with { Attempts = 0 } });

    private static Func<Cluster, Cluster> External(TestApp app, AppProtocol protocol, ExternalTls? tls) => cluster => cluster with
    {
        Kind = ClusterKind.External,
        Protocol = protocol,
        PeerIdentity = null,
        ExternalHost = "localhost",
        ExternalPort = app.Address.Port,
        ExternalTls = tls,
    };

    private static void Mount(string folder, string version, string certificateFile)
    {
        Directory.CreateDirectory(Path.Combine(folder, version));
        var file = Path.Combine(folder, version, "ca.crt");
        File.Copy(certificateFile, file);
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, version[^1] - '0', DateTimeKind.Utc));
        var next = Path.Combine(folder, "..next");
        Directory.CreateSymbolicLink(next, version);
        var current = Path.Combine(folder, "..data");
        if (Directory.Exists(current))
        {
            Directory.Delete(current);
        }

        Directory.Move(next, current);
    }
}
