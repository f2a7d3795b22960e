using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Admin;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Composition;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Proxy.Tests.Composition;

/// <summary>The whole proxy in this process, against a control plane over real TLS.</summary>
public sealed class ProxyHostTests : IAsyncDisposable
{
    private const string AdminToken = "0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly TemporaryDirectory _state = new();
    private readonly MemoryStream _log = new();
    private readonly List<IAsyncDisposable> _running = [];

    [Fact]
    public async Task Start_ControlPlaneThere_GetsIdentityAndConfigurationAndRegisters()
    {
        var controlPlane = await ControlPlaneAsync();
        controlPlane.Cache.Publish(Id.Text, Snapshot());
        controlPlane.Cache.MarkEndpointsComplete();

        var host = await ProxyAsync(Settings(controlPlane));

        var status = await controlPlane.RegistrationAsync(_ => true);
        Assert.Equal("orders-1", status.Replica);
        Assert.Equal("127.0.0.1", status.MeshDoor.Ip);
        Assert.Equal(["http"], status.Ports.Select(port => port.Name));
        Assert.False(status.Draining);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, "/ready")).Status);
    }

    [Fact]
    public async Task Stop_Registered_SaysThatItDrainsFirst()
    {
        var controlPlane = await ControlPlaneAsync();
        controlPlane.Cache.Publish(Id.Text, Snapshot());
        controlPlane.Cache.MarkEndpointsComplete();
        var host = await ProxyAsync(Settings(controlPlane));
        await controlPlane.RegistrationAsync(_ => true);

        await host.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);

        await controlPlane.RegistrationAsync(status => status.Draining);
    }

    [Fact]
    public async Task ControlPlane_GoneAndBack_IsFollowedAgain()
    {
        var controlPlane = await ControlPlaneAsync();
        controlPlane.Cache.Publish(Id.Text, Snapshot());
        controlPlane.Cache.MarkEndpointsComplete();
        var host = await ProxyAsync(Settings(controlPlane));
        await controlPlane.RegistrationAsync(_ => true);
        var port = controlPlane.Address.Port;
        await controlPlane.DisposeAsync();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, "/ready")).Status);

        var next = await FakeControlPlane.StartAsync(controlPlane.Authority, port: port);
        _running.Add(next);
        next.Cache.Publish(Id.Text, Snapshot());
        next.Cache.MarkEndpointsComplete();

        await next.RegistrationAsync(_ => true);
    }

    [Fact]
    public async Task Renewed_Identity_MovesTheRegistrationWithoutLosingIt()
    {
        var controlPlane = await ControlPlaneAsync();
        controlPlane.Cache.Publish(Id.Text, Snapshot());
        controlPlane.Cache.MarkEndpointsComplete();
        controlPlane.Life = TimeSpan.FromSeconds(8);
        await ProxyAsync(Settings(controlPlane));
        var first = await controlPlane.RegistrationAsync(_ => true);

        // A stream counts from 1: with a later certificate it is another stream.
        await controlPlane.RegistrationAsync(status => status.Sequence == 1 && status.CertificateNotAfter.ToDateTimeOffset() > first.CertificateNotAfter.ToDateTimeOffset());

        Assert.DoesNotContain("registers again", Logged(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_ControlPlaneAway_ServesWhatTheStateDirectoryKept()
    {
        var controlPlane = await ControlPlaneAsync();
        controlPlane.Cache.Publish(Id.Text, Snapshot());
        controlPlane.Cache.MarkEndpointsComplete();
        var settings = Settings(controlPlane);
        var first = await ProxyAsync(settings);
        await controlPlane.RegistrationAsync(_ => true);
        await first.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        await controlPlane.DisposeAsync();

        var second = await ProxyAsync(settings);

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(second, "/ready")).Status);
        Assert.Equal(Id, second.Services.GetRequiredService<ILiveConfiguration>().Current!.Snapshot.Identity);
    }

    [Fact]
    public async Task Start_ServerIsNotTheControlPlane_TrustsItWithNothing()
    {
        var impostor = await FakeControlPlane.StartAsync(serverId: "spiffe://shop.local/ns/default/sa/stock");
        _running.Add(impostor);

        var host = await ProxyAsync(Settings(impostor));

        await UntilAsync(() => Logged().Contains("[3601]", StringComparison.Ordinal));
        Assert.Null(host.Services.GetRequiredService<IWorkloadIdentity>().Current);
        var (status, text) = await AskAsync(host, "/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("no valid SVID", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ServerOfAnotherRoot_IsNotTrusted()
    {
        var controlPlane = await ControlPlaneAsync();

        var host = await ProxyAsync(Settings(controlPlane) with { TrustBundle = new Mesh.Testing.Identity.ClockedAuthority(TimeProvider.System.GetUtcNow()).Bundle });

        await UntilAsync(() => Logged().Contains("none of the trusted roots", StringComparison.Ordinal));
        Assert.Null(host.Services.GetRequiredService<IWorkloadIdentity>().Current);
    }

    [Fact]
    public async Task Start_TokenRefused_SaysWhyAndNotTheToken()
    {
        var controlPlane = await ControlPlaneAsync();

        var host = await ProxyAsync(Settings(controlPlane) with { Token = "a-wrong-secret" });

        await UntilAsync(() => Logged().Contains("The token is refused", StringComparison.Ordinal));
        Assert.Null(host.Services.GetRequiredService<IWorkloadIdentity>().Current);
        Assert.DoesNotContain("a-wrong-secret", Logged(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admin_DumpsAndSwitches_NeedTheToken()
    {
        var controlPlane = await ControlPlaneAsync();
        controlPlane.Cache.Publish(Id.Text, Snapshot());
        controlPlane.Cache.MarkEndpointsComplete();
        var host = await ProxyAsync(Settings(controlPlane));
        await controlPlane.RegistrationAsync(_ => true);

        foreach (var (method, path) in new[] { ("GET", "/config"), ("GET", "/certificates"), ("GET", "/clusters"), ("POST", "/logging?level=Debug"), ("POST", "/drain") })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(host, path, method)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(host, path, method, AdminToken + "x")).Status);
        }

        using var config = JsonDocument.Parse((await AskAsync(host, "/config", token: AdminToken)).Text);
        Assert.True(config.RootElement.GetProperty("controlPlane").GetProperty("connected").GetBoolean());
        using var certificates = JsonDocument.Parse((await AskAsync(host, "/certificates", token: AdminToken)).Text);
        Assert.True(certificates.RootElement.GetProperty("valid").GetBoolean());
        Assert.Equal(2, certificates.RootElement.GetProperty("chain").GetArrayLength());
        Assert.Contains("mesh_identity_remaining_seconds 3", (await AskAsync(host, "/stats")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(host, "/logging?level=7", "POST", AdminToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, "/logging?level=debug", "POST", AdminToken)).Status);
        Assert.Equal(LogLevel.Debug, host.Services.GetRequiredService<LogLevelSwitch>().Level);

        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(host, "/drain", "POST", AdminToken)).Status);
        await controlPlane.RegistrationAsync(status => status.Draining);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync(host, "/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, "/live")).Status);
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Admin_SomebodyElsesPage_IsRefused(string header, string value)
    {
        var controlPlane = await ControlPlaneAsync();
        var host = await ProxyAsync(Settings(controlPlane));

        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(host, "/stats", headers: (header, value))).Status);
    }

    public async ValueTask DisposeAsync()
    {
        // What went on, should the test have failed.
        TestContext.Current.TestOutputHelper?.WriteLine(Logged());
        foreach (var running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }

        _state.Dispose();
        await _log.DisposeAsync();
    }

    private static SpiffeId Id => SpiffeId.ForService(Some.TrustDomain, new ServiceId("default", "orders"));

    private static ProxySnapshot Snapshot() => new()
    {
        Identity = Id,
        Inbound = [new InboundPort { Port = new PortRef(new ServiceId("default", "orders"), "http"), Protocol = AppProtocol.Http, Permissions = PermissionSet.Nobody }],
    };

    private ProxySettings Settings(FakeControlPlane controlPlane) => Some.Settings(Path.Combine(_state.Path, "state")) with
    {
        ControlPlane = controlPlane.Address,
        TrustBundle = controlPlane.Authority.Bundle,
        AdminAddress = new IPEndPoint(IPAddress.Loopback, 0),
        AdminToken = AdminToken,
        Drain = TimeSpan.FromSeconds(1),
        Listeners = new Dictionary<string, ListenAddress> { [ResourceNames.MeshDoor] = new(IPAddress.Loopback, 0) }.ToFrozenDictionary(),
        Applications = new Dictionary<string, EndPoint> { ["http"] = new IPEndPoint(IPAddress.Loopback, 9) }.ToFrozenDictionary(),
    };

    private async Task<FakeControlPlane> ControlPlaneAsync()
    {
        var controlPlane = await FakeControlPlane.StartAsync();
        _running.Add(controlPlane);
        return controlPlane;
    }

    private async Task<IHost> ProxyAsync(ProxySettings settings)
    {
        new StateDirectory(settings.StateDirectory).Prepare();
        var writer = new LogWriter(Stream.Synchronized(_log));
        var host = ProxyHost.Build(settings, writer, services => services.AddSingleton<IHostLifetime, NoSignals>());
        _running.Add(writer);
        _running.Add(new Stopping(host));
        await host.StartAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        return host;
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(IHost host, string path, string method = "GET", string? token = null, (string Name, string Value)? headers = null)
    {
        var address = host.Services.GetRequiredService<AdminServer>().Address;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Deadline };
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://{address}{path}");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (headers is { } header)
        {
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private string Logged()
    {
        lock (_log)
        {
            return System.Text.Encoding.UTF8.GetString(_log.ToArray());
        }
    }

    private static async Task UntilAsync(Func<bool> there)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!there())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Stopping(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync().WaitAsync(Deadline);
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
