using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Authority;

public sealed class SigningTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync() =>
        _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory) with { SvidLifetimeSeconds = 20 }, _time);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task SignCertificate_WithToken_GivesAnSvidThatTheVerifierAccepts()
    {
        using var sidecar = FakeSidecar.Unknown(_host);

        var answer = await sidecar.SignAsync(FakeSidecar.Token(_host, "orders"));

        var bundle = TrustBundle.FromDer(answer.TrustBundleDer.Select(d => d.Memory));
        var verdict = SvidVerifier.Verify(sidecar.Chain[0], sidecar.Chain.Skip(1), bundle, ControlPlaneHost.TrustDomain, SvidRole.Server, _time.GetUtcNow());
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", verdict.Id?.Text);
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", answer.SpiffeId);
        Assert.Equal(2, answer.CertificateChainDer.Count);
        Assert.InRange(answer.NotAfter.ToDateTimeOffset() - _time.GetUtcNow(), TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(20));
        Assert.InRange(answer.RenewAfter.ToDateTimeOffset() - _time.GetUtcNow(), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
        Assert.True(sidecar.Chain[0].NotBefore.ToUniversalTime() < _time.GetUtcNow().UtcDateTime, "not backdated");
    }

    [Fact]
    public async Task SignCertificate_WithLiveSvid_RenewsTheSameIdentity()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");

        var answer = await sidecar.SignAsync(csr: sidecar.Csr("spiffe://shop.local/ns/default/sa/orders"));

        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", answer.SpiffeId);
    }

    [Fact]
    public async Task SignCertificate_SvidOfOneAndTokenOfAnother_StaysWithTheSvid()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");

        var answer = await sidecar.SignAsync(FakeSidecar.Token(_host, "payments"));

        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", answer.SpiffeId);
    }

    [Fact]
    public async Task SignCertificate_RequestNamesAnotherId_IsDenied()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync(csr: sidecar.Csr("spiffe://shop.local/ns/default/sa/payments")));

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    [Fact]
    public async Task SignCertificate_RequestNamesTwoIds_IsRefused()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => sidecar.SignAsync(csr: sidecar.Csr("spiffe://shop.local/ns/default/sa/orders", "spiffe://shop.local/ns/default/sa/payments")));

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    [Fact]
    public async Task SignCertificate_NeitherSvidNorToken_IsUnauthenticated()
    {
        using var sidecar = FakeSidecar.Unknown(_host);

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync());

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Fact]
    public async Task SignCertificate_ExpiredToken_IsUnauthenticated()
    {
        var token = FakeSidecar.Token(_host, "orders");
        _time.Advance(TimeSpan.FromHours(2));
        using var sidecar = FakeSidecar.Unknown(_host);

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync(token));

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Contains("expired", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignCertificate_AlteredToken_IsUnauthenticated()
    {
        var token = FakeSidecar.Token(_host, "orders");
        using var sidecar = FakeSidecar.Unknown(_host);

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync($"{token[..^1]}{(token[^1] == 'A' ? 'B' : 'A')}"));

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Fact]
    public async Task SignCertificate_ExpiredSvid_NeedsTheToken()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        var token = FakeSidecar.Token(_host, "orders");
        _time.Advance(TimeSpan.FromMinutes(10));

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync());
        var answer = await sidecar.SignAsync(token);

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders", answer.SpiffeId);
    }

    [Fact]
    public async Task SignCertificate_SvidOfAnotherAuthority_IsUnauthenticated()
    {
        using var root = CertificateMint.Root(ControlPlaneHost.TrustDomain, _time.GetUtcNow());
        using var signer = CertificateMint.Signer(ControlPlaneHost.TrustDomain, root, _time.GetUtcNow());
        using var sidecar = FakeSidecar.Unknown(_host);
        using var leaf = CertificateMint.Svid(
            SpiffeId.Parse("spiffe://shop.local/ns/default/sa/orders"), new PublicKey(sidecar.Key), signer, _time.GetUtcNow(), TimeSpan.FromHours(1));
        sidecar.Show([leaf.RawData, signer.RawData]);

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync());

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Fact]
    public async Task SignCertificate_SvidWithTwoIds_IsUnauthenticated()
    {
        using var sidecar = FakeSidecar.Unknown(_host);
        var chain = _host.Services.GetRequiredService<ISigningAuthority>().Current;
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("spiffe://shop.local/ns/default/sa/orders"));
        names.AddUri(new Uri("spiffe://shop.local/ns/default/sa/payments"));
        var request = new CertificateRequest("O=Mesh", sidecar.Key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(chain.Signer, _time.GetUtcNow().AddMinutes(-1), _time.GetUtcNow().AddMinutes(10), [1, 2, 3]);
        sidecar.Show([leaf.RawData, .. chain.Intermediates]);

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync());

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Contains("more than one URI", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_AfterItsOwnSvidsLife_ShowsANewOne()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        var first = sidecar.ServerCertificateEnd;
        _time.Advance(TimeSpan.FromMinutes(10));

        await sidecar.SignAsync(FakeSidecar.Token(_host, "orders"));

        Assert.True(first < _time.GetUtcNow());
        Assert.True(sidecar.ServerCertificateEnd > _time.GetUtcNow());
    }

    [Fact]
    public async Task Server_AfterASwitchOfRoots_ShowsASvidUnderTheNewOne()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        var authority = _host.Services.GetRequiredService<OwnAuthority>();
        await authority.AddRootAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(21));
        var before = await sidecar.SignAsync(FakeSidecar.Token(_host, "orders"));
        var signer = sidecar.Chain[1].Thumbprint;
        await authority.SwitchSignerAsync(force: false, TestContext.Current.CancellationToken);

        // Who got its bundle before the switch goes on with it.
        var after = await sidecar.SignAsync();

        Assert.Equal(2, before.TrustBundleDer.Count);
        Assert.Equal(before.TrustBundleDer, after.TrustBundleDer);
        Assert.NotEqual(signer, sidecar.Chain[1].Thumbprint);
    }

    [Fact]
    public async Task SignCertificate_ControlPlanesOwnIdentity_IsDenied()
    {
        using var sidecar = FakeSidecar.Unknown(_host);
        var issued = _host.Services.GetRequiredService<SvidIssuer>().Issue(SpiffeId.ControlPlane(ControlPlaneHost.TrustDomain), new PublicKey(sidecar.Key));
        sidecar.Show([.. issued.Chain]);

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync());

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    [Fact]
    public async Task SignCertificate_RsaKey_IsRefused()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        using var rsa = RSA.Create(2048);
        var csr = new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest();

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync(csr: csr));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task SignCertificate_BrokenSignature_IsRefused()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        var csr = sidecar.Csr();
        csr[^1] ^= 1;

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync(csr: csr));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }
}
