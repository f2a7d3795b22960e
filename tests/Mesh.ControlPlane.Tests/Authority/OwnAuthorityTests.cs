using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Authority;

public sealed class OwnAuthorityTests : IDisposable
{
    private static readonly SpiffeId Orders = SpiffeId.Parse("spiffe://shop.local/ns/default/sa/orders");

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Open_ManyAtOnce_AgreeOnOneRoot()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(Open))).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Single(opened.Select(a => a.Roots[0].Id).Distinct());
        Assert.Single(opened.Select(a => a.Current.Signer.Thumbprint).Distinct());
    }

    [Fact]
    public void Open_Files_OnlyTheirOwnerMayRead()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix modes; run it on Linux or macOS.");
            return;
        }

        Open();

        var directory = Path.Combine(_directory.Path, "state", "authority");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
        foreach (var file in Directory.GetFiles(directory))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void Open_OtherTrustDomain_SaysSo()
    {
        Open();

        var refused = Assert.Throws<AuthorityException>(() => Open("other.local"));

        Assert.Contains("shop.local", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UnreadableFile_MakesNoNewAuthority()
    {
        Open();
        var file = Path.Combine(_directory.Path, "state", "authority", "authority.json");
        File.WriteAllText(file, "{ half");

        Assert.Throws<AuthorityException>(() => Open());
        Assert.Equal("{ half", File.ReadAllText(file));
    }

    [Fact]
    public void Current_SignerAtHalfLife_IsRenewedUnderTheSameRoot()
    {
        var authority = Open();
        var before = authority.Current;
        _time.Advance(TimeSpan.FromDays(200));

        var after = authority.Current;

        Assert.NotEqual(before.Signer.Thumbprint, after.Signer.Thumbprint);
        Assert.Equal(before.Bundle, after.Bundle);
        Assert.Equal(after.Signer.Thumbprint, Open().Current.Signer.Thumbprint);
    }

    [Fact]
    public void Rotate_StepByStep_NeverCutsOffALiveSvid()
    {
        var authority = Open();
        var old = Svid(authority);
        authority.AddRoot();
        Assert.True(IsTrusted(old, authority.Current.Bundle));
        Assert.Throws<AuthorityException>(() => authority.SwitchSigner(force: false));

        _time.Advance(TimeSpan.FromHours(1));
        old = Svid(authority);
        var bundleOfOld = authority.Current.Bundle;
        authority.SwitchSigner(force: false);
        var renewed = Svid(authority);

        // Both ways: who renewed is trusted by who has not, and the other way round.
        Assert.True(IsTrusted(renewed, bundleOfOld));
        Assert.True(IsTrusted(old, authority.Current.Bundle));
        Assert.Throws<AuthorityException>(() => authority.RetireRoot(force: false));

        _time.Advance(TimeSpan.FromHours(1));
        authority.RetireRoot(force: false);
        var last = Svid(authority);
        Assert.Single(authority.Current.Bundle.Roots);
        Assert.True(IsTrusted(last, authority.Current.Bundle));
        Assert.Equal(authority.Roots, Open().Roots);
    }

    [Fact]
    public void Rotate_OutOfOrder_IsRefused()
    {
        var authority = Open();

        Assert.Throws<AuthorityException>(() => authority.SwitchSigner(force: true));
        Assert.Throws<AuthorityException>(() => authority.RetireRoot(force: true));
        authority.AddRoot();
        Assert.Throws<AuthorityException>(() => authority.AddRoot());
    }

    private OwnAuthority Open() => Open("shop.local");

    private OwnAuthority Open(string trustDomain)
    {
        var settings = ControlPlaneHost.Settings(_directory) with { TrustDomain = trustDomain };
        return new OwnAuthority(new StateDirectory(settings.StateDirectory), settings, _time, NullLogger<OwnAuthority>.Instance);
    }

    private (X509Certificate2 Leaf, X509Certificate2 Signer) Svid(OwnAuthority authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var chain = authority.Current;
        return (CertificateMint.Svid(Orders, new PublicKey(key), chain.Signer, _time.GetUtcNow(), TimeSpan.FromHours(1)), chain.Signer);
    }

    private bool IsTrusted((X509Certificate2 Leaf, X509Certificate2 Signer) svid, TrustBundle bundle) =>
        SvidVerifier.Verify(svid.Leaf, [svid.Signer], bundle, ControlPlaneHost.TrustDomain, SvidRole.Client, _time.GetUtcNow()).Id == Orders;
}
