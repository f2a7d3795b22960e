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

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Open_ManyAtOnce_AgreeOnOneRoot()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(OpenAsync))).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Single(opened.Select(a => a.Roots[0].Id).Distinct());
        Assert.Single(opened.Select(a => a.Current.Signer.Thumbprint).Distinct());
    }

    [Fact]
    public async Task Open_Files_OnlyTheirOwnerMayRead()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix modes; run it on Linux or macOS.");
            return;
        }

        await OpenAsync();

        var directory = Path.Combine(_directory.Path, "state", "authority");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
        foreach (var file in Directory.GetFiles(directory))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task Open_OtherTrustDomain_SaysSo()
    {
        await OpenAsync();

        var refused = await Assert.ThrowsAsync<AuthorityException>(() => OpenAsync("other.local"));

        Assert.Contains("shop.local", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_UnreadableFile_MakesNoNewAuthority()
    {
        await OpenAsync();
        var file = Path.Combine(_directory.Path, "state", "authority", "authority.json");
        File.WriteAllText(file, "{ half");

        await Assert.ThrowsAsync<AuthorityException>(OpenAsync);
        Assert.Equal("{ half", File.ReadAllText(file));
    }

    [Fact]
    public async Task Current_SignerAtHalfLife_IsRenewedUnderTheSameRoot()
    {
        var authority = await OpenAsync();
        var before = authority.Current;
        _time.Advance(TimeSpan.FromDays(200));

        await authority.RenewIfDueAsync(Stop);
        var after = authority.Current;

        Assert.NotEqual(before.Signer.Thumbprint, after.Signer.Thumbprint);
        Assert.Equal(before.Bundle, after.Bundle);
        Assert.Equal(after.Signer.Thumbprint, (await OpenAsync()).Current.Signer.Thumbprint);
    }

    [Fact]
    public async Task Rotate_StepByStep_NeverCutsOffALiveSvid()
    {
        var authority = await OpenAsync();
        var old = Svid(authority);
        await authority.AddRootAsync(Stop);
        Assert.True(IsTrusted(old, authority.Current.Bundle));
        await Assert.ThrowsAsync<AuthorityException>(() => authority.SwitchSignerAsync(force: false, Stop));

        _time.Advance(TimeSpan.FromHours(1));
        old = Svid(authority);
        var bundleOfOld = authority.Current.Bundle;
        await authority.SwitchSignerAsync(force: false, Stop);
        var renewed = Svid(authority);

        // Both ways: who renewed is trusted by who has not, and the other way round.
        Assert.True(IsTrusted(renewed, bundleOfOld));
        Assert.True(IsTrusted(old, authority.Current.Bundle));
        await Assert.ThrowsAsync<AuthorityException>(() => authority.RetireRootAsync(force: false, Stop));

        _time.Advance(TimeSpan.FromHours(1));
        await authority.RetireRootAsync(force: false, Stop);
        var last = Svid(authority);
        Assert.Single(authority.Current.Bundle.Roots);
        Assert.True(IsTrusted(last, authority.Current.Bundle));
        Assert.Equal(authority.Roots, (await OpenAsync()).Roots);
    }

    [Fact]
    public async Task Rotate_OutOfOrder_IsRefused()
    {
        var authority = await OpenAsync();

        await Assert.ThrowsAsync<AuthorityException>(() => authority.SwitchSignerAsync(force: true, Stop));
        await Assert.ThrowsAsync<AuthorityException>(() => authority.RetireRootAsync(force: true, Stop));
        await authority.AddRootAsync(Stop);
        await Assert.ThrowsAsync<AuthorityException>(() => authority.AddRootAsync(Stop));
    }

    private Task<OwnAuthority> OpenAsync() => OpenAsync("shop.local");

    private async Task<OwnAuthority> OpenAsync(string trustDomain)
    {
        var settings = ControlPlaneHost.Settings(_directory) with { TrustDomain = trustDomain };
        var authority = new OwnAuthority(new AuthorityFile(new StateDirectory(settings.StateDirectory)), settings, _time, NullLogger<OwnAuthority>.Instance);
        await authority.LoadAsync(Stop);
        return authority;
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
