using Mesh.Model.Bootstrap;
using Mesh.Proxy.Identity;
using Mesh.Testing.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Identity;

public sealed class ServerCertificateTests
{
    [Fact]
    public void Current_FilesWereReplaced_IsTheNewOneAndKnowsTheOld()
    {
        using var files = new LocalhostCertificate();
        var time = new FakeTimeProvider();
        var certificate = Make(files, time);
        var first = certificate.Current!.TargetCertificate;
        Assert.Equal(files.Certificate.Thumbprint, first.Thumbprint);

        var second = files.Replace();
        File.SetLastWriteTimeUtc(files.CertificateFile, File.GetLastWriteTimeUtc(files.CertificateFile).AddSeconds(1));
        Assert.Equal(first.Thumbprint, certificate.Current!.TargetCertificate.Thumbprint);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(second.Thumbprint, certificate.Current!.TargetCertificate.Thumbprint);
        Assert.True(certificate.IsSame(first));
        Assert.True(certificate.IsSame(second));
        using var stranger = new LocalhostCertificate();
        Assert.False(certificate.IsSame(stranger.Certificate));
    }

    [Fact]
    public void Current_FilesWereSpoilt_StaysTheLastGoodOne()
    {
        using var files = new LocalhostCertificate();
        var time = new FakeTimeProvider();
        var certificate = Make(files, time);
        var first = certificate.Current!.TargetCertificate.Thumbprint;

        File.WriteAllText(files.CertificateFile, "half a file");
        File.SetLastWriteTimeUtc(files.CertificateFile, File.GetLastWriteTimeUtc(files.CertificateFile).AddSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(first, certificate.Current!.TargetCertificate.Thumbprint);
    }

    private static ServerCertificate Make(LocalhostCertificate files, FakeTimeProvider time) => new(
        Some.Settings("nowhere") with { ServerCertificate = new ServerCertificateFiles { CertificateFile = files.CertificateFile, KeyFile = files.KeyFile } },
        time,
        NullLogger<ServerCertificate>.Instance);
}
