using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aspire.Hosting;
using Mesh.Hosting.Applying;
using Mesh.Hosting.Running;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Applying;

/// <summary>When the developer certificate's key leaves its store.</summary>
public sealed class DeveloperCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MeshState _state;
    private readonly X509Certificate2 _certificate = SelfSigned();

    public DeveloperCertificateTests() => _state = MeshState.Open(_folder.Path);

    private string KeyFile => Path.Combine(_folder.Path, "certificates", "developer.key");

    public void Dispose()
    {
        _certificate.Dispose();
        _state.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Provide_NoHttpsEndpoint_OrAnAppHostThatMayNotUseIt_KeyStaysInItsStoreAndAnEarlierCopyGoes(bool isNeeded, bool useForHttps)
    {
        Assert.NotNull(Provide(_certificate));

        Assert.Null(DeveloperCertificate.Provide(new Certificates(_certificate, useForHttps), isNeeded, _state));

        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public void Provide_AtTheNextStart_TakesTheKeyThatWasExported()
    {
        var first = Provide(_certificate);
        Assert.True(X509Certificate2.CreateFromPemFile(first!.CertificateFile, first.KeyFile).HasPrivateKey);
        File.WriteAllText(KeyFile, "not exported again");

        Assert.Equal(first, Provide(_certificate));

        Assert.Equal("not exported again", File.ReadAllText(KeyFile));
    }

    [Fact]
    public void Provide_AnotherCertificate_IsExported()
    {
        Provide(_certificate);
        using var renewed = SelfSigned();

        var files = Provide(renewed);

        using var provided = X509Certificate2.CreateFromPemFile(files!.CertificateFile, files.KeyFile);
        Assert.Equal(renewed.Thumbprint, provided.Thumbprint);
    }

    private Mesh.Model.Bootstrap.ServerCertificateFiles? Provide(X509Certificate2 certificate) =>
        DeveloperCertificate.Provide(new Certificates(certificate, UseForHttps: true), isNeeded: true, _state);

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private sealed record Certificates(X509Certificate2 One, bool UseForHttps) : IDeveloperCertificateService
    {
        ImmutableList<X509Certificate2> IDeveloperCertificateService.Certificates => [One];

        public bool SupportsContainerTrust => false;

        public bool TrustCertificate => true;
    }
}
