using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Authority;

public sealed class GivenAuthorityTests : IDisposable
{
    private static readonly TrustDomain Domain = ControlPlaneHost.TrustDomain;

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly RecordingLogs _logs = new();
    private readonly LoggerFactory _logging;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public GivenAuthorityTests() => _logging = new LoggerFactory([_logs]);

    public void Dispose()
    {
        _services.Dispose();
        _logging.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Start_WithGivenFiles_SignsUnderTheirRoot()
    {
        var root = Write(out var files);
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory) with { Authority = files }, _time);

        using var sidecar = await FakeSidecar.EnrolledAsync(host, "orders");

        var verdict = SvidVerifier.Verify(
            sidecar.Chain[0], sidecar.Chain.Skip(1), TrustBundle.FromPem([root.ExportCertificatePem()]), Domain, SvidRole.Client, _time.GetUtcNow());
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", verdict.Id?.Text);
        Assert.False(Directory.Exists(Path.Combine(_directory.Path, "state", "authority")) && File.Exists(Path.Combine(_directory.Path, "state", "authority", "authority.json")));
    }

    [Fact]
    public void Current_FilesReplaced_AreReadAgainAndBadOnesAreNot()
    {
        Write(out var files);
        var authority = Open(files);
        var first = authority.Current.Signer.Thumbprint;

        Write(out _);
        Touch(files, 1);
        _time.Advance(TimeSpan.FromSeconds(6));
        var second = authority.Current.Signer.Thumbprint;
        File.WriteAllText(files.CertificateFile, "half");
        Touch(files, 2);
        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.NotEqual(first, second);
        Assert.Equal(second, authority.Current.Signer.Thumbprint);
    }

    [Fact]
    public void Open_SignerOfAnotherRoot_SaysSo()
    {
        Write(out var files);
        using var other = CertificateMint.Root(Domain, _time.GetUtcNow());
        File.WriteAllText(files.RootFiles[0], other.ExportCertificatePem());

        var refused = Assert.Throws<AuthorityException>(() => Open(files));

        Assert.Contains("does not lead to a root", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LeafAsSigner_SaysSo()
    {
        Write(out var files);
        using var root = CertificateMint.Root(Domain, _time.GetUtcNow());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = CertificateMint.Svid(SpiffeId.ForService(Domain, new("default", "orders")), new PublicKey(key), root, _time.GetUtcNow(), TimeSpan.FromHours(1));
        File.WriteAllText(files.CertificateFile, leaf.ExportCertificatePem());
        File.WriteAllText(files.KeyFile, key.ExportPkcs8PrivateKeyPem());

        Assert.Contains("may not sign", Assert.Throws<AuthorityException>(() => Open(files)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Current_SignerThatIsNotValidYet_IsTakenWhenItIs()
    {
        Write(out var files);
        var authority = Open(files);
        var first = authority.Current.Signer.Thumbprint;

        // Made for in two hours, and backdated by one.
        Write(out _, TimeSpan.FromHours(2));
        Touch(files, 1);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(first, authority.Current.Signer.Thumbprint);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(first, authority.Current.Signer.Thumbprint);
        Assert.Single(_logs.Lines, line => line.Id == 2111);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.NotEqual(first, authority.Current.Signer.Thumbprint);
    }

    [Fact]
    public void Current_SignerNearItsEnd_IsAnnouncedBeforeAndAfter_UntilItIsReplaced()
    {
        Write(out var files);
        var authority = Open(files);

        _time.Advance(TimeSpan.FromDays(300));
        _ = authority.Current;
        Assert.DoesNotContain(_logs.Lines, line => line.Id is 2112 or 2113);
        _time.Advance(TimeSpan.FromDays(40));
        _ = authority.Current;
        _time.Advance(TimeSpan.FromMinutes(1));
        _ = authority.Current;
        Assert.Single(_logs.Lines, line => line.Id == 2112);
        _time.Advance(TimeSpan.FromDays(40));
        _ = authority.Current;
        Assert.Single(_logs.Lines, line => line.Id == 2113);
        Write(out _);
        Touch(files, 1);
        _time.Advance(TimeSpan.FromDays(1));
        _ = authority.Current;

        Assert.Equal([2112, 2113, 2110], _logs.Lines.Select(line => line.Id));
    }

    [Fact]
    public void Issue_SignerHasEnded_SaysWhatToReplace()
    {
        Write(out var files);
        var issuer = Issuer(Open(files));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _time.Advance(TimeSpan.FromDays(366));

        var refused = Assert.Throws<AuthorityException>(() => issuer.Issue(SpiffeId.ForService(Domain, new("default", "orders")), new PublicKey(key)));

        Assert.Contains("replace the authority's files", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_SignerHasEnded_ShowsItsLastCertificateUntilThereIsAnother()
    {
        Write(out var files);
        var authority = Open(files);
        using var server = new ServerIdentity(authority, Issuer(authority), ControlPlaneHost.Settings(_directory), _time);
        var last = server.Current;

        _time.Advance(TimeSpan.FromDays(366));
        Assert.Same(last, server.Current);
        Write(out _);
        Touch(files, 1);
        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.NotSame(last, server.Current);
    }

    private SvidIssuer Issuer(ISigningAuthority authority) => new(authority, ControlPlaneHost.Settings(_directory), _time, new ControlPlaneMetrics(_services.GetRequiredService<IMeterFactory>()));

    private X509Certificate2 Write(out AuthorityFiles files, TimeSpan later = default)
    {
        var root = CertificateMint.Root(Domain, _time.GetUtcNow());
        using var signer = CertificateMint.Signer(Domain, root, _time.GetUtcNow() + later);
        files = new AuthorityFiles
        {
            CertificateFile = _directory.Write("ca/signer.pem", signer.ExportCertificatePem()),
            KeyFile = _directory.Write("ca/signer.key", CertificatePem.Key(signer)),
            RootFiles = [_directory.Write("ca/root.pem", root.ExportCertificatePem())],
        };
        return root;
    }

    private void Touch(AuthorityFiles files, int seconds) => File.SetLastWriteTimeUtc(files.CertificateFile, _time.GetUtcNow().UtcDateTime.AddSeconds(seconds));

    private GivenAuthority Open(AuthorityFiles files) => new(files, _time, _logging.CreateLogger<GivenAuthority>());
}
