using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Mesh.ControlPlane.Tests.Fakes;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>Identity by TokenReview, against hand-written exchanges.</summary>
public sealed class PodTokenTests : IAsyncLifetime
{
    private Cluster _cluster = null!;
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        _host = await _cluster.RunAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task SignCertificate_ProjectedToken_GivesTheIdentityOfItsAccount()
    {
        using var sidecar = await _cluster.EnrollAsync(_host, "orders", "orders-7d9");

        Assert.Contains("URI:spiffe://shop.local/ns/shop/sa/orders", Names(sidecar), StringComparison.Ordinal);
        Assert.Single(_host.Logs.Lines, l => l.Id == 2120 && l.Text.Contains("token of pod orders-7d9 (uid-of-orders-7d9)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("shop/orders", "orders-1", "https://kubernetes.default.svc", "audience")]
    [InlineData("shop/orders", null, "mesh", "bound to no pod")]
    [InlineData("other/orders", "orders-1", "mesh", "namespace other is not served")]
    [InlineData("shop/my.orders", "orders-1", "mesh", "no DNS label")]
    [InlineData("admin", null, "mesh", "no ServiceAccount")]
    public async Task SignCertificate_TokenThatIsNotOfAServedPod_IsRefusedWithTheReason(string account, string? pod, string audience, string reason)
    {
        using var sidecar = FakeSidecar.Unknown(_host);
        var token = _cluster.Api.Reviews.Issue(account, pod, audience);

        var refused = await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync(token));

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Contains(reason, refused.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(_host.Logs.Lines, l => l.Text.Contains(token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("header.unknown.signature")]
    public async Task SignCertificate_UnknownToken_IsRefused(string token)
    {
        using var sidecar = FakeSidecar.Unknown(_host);

        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync(token))).StatusCode);
    }

    [Fact]
    public async Task SignCertificate_ManyWithOneToken_AskOnce()
    {
        var token = _cluster.Api.Reviews.Issue("shop/orders", "orders-1");
        var sidecars = Enumerable.Range(0, 8).Select(_ => FakeSidecar.Unknown(_host)).ToArray();

        await Task.WhenAll(sidecars.Select(s => s.SignAsync(token)));

        Assert.Equal(1, _cluster.Api.Reviews.Reviewed);
        Array.ForEach(sidecars, s => s.Dispose());
    }

    [Fact]
    public async Task SignCertificate_ApiServerAway_IsUnavailableAndNotRemembered()
    {
        using var sidecar = FakeSidecar.Unknown(_host);
        var token = _cluster.Api.Reviews.Issue("shop/orders", "orders-1");
        _cluster.Api.Failing = HttpStatusCode.InternalServerError;
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => sidecar.SignAsync(token))).StatusCode);

        _cluster.Api.Failing = null;
        await sidecar.SignAsync(token);

        Assert.Contains("sa/orders", Names(sidecar), StringComparison.Ordinal);
    }

    private static string Names(FakeSidecar sidecar) =>
        sidecar.Chain[0].Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().Format(false);
}
