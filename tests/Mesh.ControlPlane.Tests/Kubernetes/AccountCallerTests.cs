using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>The API in a cluster: TLS, TokenReview, SubjectAccessReview, against hand-written exchanges.</summary>
public sealed class AccountCallerTests : IAsyncLifetime
{
    private Cluster _cluster = null!;
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        _host = await _cluster.RunPublishedAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Call_WithoutAKnownToken_Is401WithTheCure()
    {
        using var answer = await _host.Client("header.unknown.signature").GetAsync("/api/v1/services", Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("kubectl create token", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_MayWhatItsRoleSaysAndNoMore()
    {
        using var http = _host.Client(_cluster.Api.Reviews.Issue("ops/viewer"));
        _cluster.Api.Reviews.Allow("ops/viewer", "get");

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/v1/services", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/metrics", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/api/v1/sources/reload", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/api/v1/config-dump/shop/web", Stop)).StatusCode);
    }

    [Fact]
    public async Task Call_OfASidecarsAccountWithoutARole_MayNothing()
    {
        using var http = _host.Client(_cluster.Api.Reviews.Issue("shop/orders", "orders-1"));

        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/api/v1/services", Stop)).StatusCode);
    }

    [Fact]
    public async Task Calls_InARow_AskTheApiServerOnce()
    {
        using var http = _host.Client(_cluster.Api.Reviews.Issue("ops/viewer"));
        _cluster.Api.Reviews.Allow("ops/viewer", "get");

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/v1/services", Stop)).StatusCode);
        }

        Assert.Equal((1, 1), (_cluster.Api.Reviews.Reviewed, _cluster.Api.Reviews.Asked));
    }

    [Fact]
    public async Task Call_ApiServerAway_Is503()
    {
        _cluster.Api.Failing = HttpStatusCode.InternalServerError;

        using var answer = await _host.Client(_cluster.Api.Reviews.Issue("ops/viewer")).GetAsync("/api/v1/services", Stop);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Write_OfWhatTheClusterKeeps_IsRefusedWithTheCure()
    {
        using var http = _host.Client(_cluster.Api.Reviews.Issue("ops/admin"));
        _cluster.Api.Reviews.Allow("ops/admin", "update");
        _cluster.Api.Reviews.Allow("ops/admin", "token");
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");

        using var policy = await http.PostAsync("/api/v1/policies", body, Stop);
        using var token = await http.PostAsync("/api/v1/tokens", body, Stop);

        Assert.Equal(HttpStatusCode.Conflict, policy.StatusCode);
        Assert.Contains("kubectl apply", await policy.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, token.StatusCode);
    }

    [Fact]
    public async Task Browser_WithoutLogin_IsToldThatThePageIsForTools()
    {
        using var answer = await _host.Client("").GetAsync("/login?t=x", Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("controlplanes.mesh.dev", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Door_OfTheApi_ShowsTheServicesNamesUnderTheMeshsRoot()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(_host.Addresses.Api!.Host, _host.Addresses.Api.Port, Stop);
        await using var tls = new SslStream(tcp.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        foreach (var root in _host.Services.GetRequiredService<OwnAuthority>().Current.Bundle.Roots)
        {
            policy.CustomTrustStore.Add(root);
        }

        // As curl and a scraper of metrics do: the name of the Service, and the root out of the ConfigMap.
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "mesh-control-plane.shop-mesh.svc", CertificateChainPolicy = policy, EnabledSslProtocols = SslProtocols.Tls13 }, Stop);

        Assert.True(tls.IsAuthenticated);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
