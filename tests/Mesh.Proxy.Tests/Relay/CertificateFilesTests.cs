using System.Security.Cryptography.X509Certificates;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;

namespace Mesh.Proxy.Tests.Relay;

public sealed class CertificateFilesTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Svid_IsWrittenForItsOwnerOnly()
    {
        await using var proxy = await RelayedProxy.StartAsync();
        await proxy.Identity.WaitAsync(TestContext.Current.CancellationToken).InTime();
        await Eventually.IsAsync(() => File.Exists(Path.Combine(proxy.Certificates, "key.pem"))).InTime();

        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(proxy.Certificates));
        Assert.All(["key.pem", "chain.pem", "roots.pem"], name =>
            Assert.Equal(Owner, File.GetUnixFileMode(File.ResolveLinkTarget(Path.Combine(proxy.Certificates, name), returnFinalTarget: true)!.FullName)));
        Assert.Equal(proxy.Identity.Current!.CertificateContext.TargetCertificate.Thumbprint, Read(proxy.Certificates).Thumbprint);
        Assert.Equal(proxy.Identity.Current.TrustBundle.ToPem(), File.ReadAllText(Path.Combine(proxy.Certificates, "roots.pem")));
    }

    [Fact]
    public async Task Rotation_ReplacesKeyAndChainInOneStepAndKeepsTheLastForWhoIsReading()
    {
        await using var proxy = await RelayedProxy.StartAsync(life: TimeSpan.FromSeconds(2));
        await proxy.Identity.WaitAsync(TestContext.Current.CancellationToken).InTime();
        await Eventually.IsAsync(() => File.Exists(Path.Combine(proxy.Certificates, "key.pem"))).InTime();

        // Through the one link that is replaced, as a reader does that opened the directory: never a certificate without its key.
        var seen = new HashSet<string>();
        await Eventually.IsAsync(() =>
        {
            var data = Data();
            try
            {
                seen.Add(Read(data).Thumbprint);
            }
            catch (IOException) when (Data() != data)
            {
                // This reader was held up, and more than one came meanwhile: it begins anew.
            }

            return seen.Count >= 4;
        }).InTime();

        Assert.InRange(Directory.GetDirectories(proxy.Certificates, "..svid-*").Length, 2, 3);

        string Data() => Directory.ResolveLinkTarget(Path.Combine(proxy.Certificates, "..data"), returnFinalTarget: true)!.FullName;
    }

    private static X509Certificate2 Read(string directory) => X509Certificate2.CreateFromPemFile(Path.Combine(directory, "chain.pem"), Path.Combine(directory, "key.pem"));
}
