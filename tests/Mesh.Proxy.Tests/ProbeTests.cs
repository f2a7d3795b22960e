using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Admin;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Composition;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Proxy.Tests;

/// <summary>What a kubelet, which has no identity, learns at a pod's addresses.</summary>
public sealed class ProbeTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogWriter _log = new(Stream.Null);
    private IHost? _host;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Door_PassesExactlyTheDeclaredPath()
    {
        await using var app = await TestApp.StartAsync(http =>
        {
            http.Response.StatusCode = http.Request.Path == "/health" ? 418 : 200;
            return http.Response.WriteAsync($"{http.Request.Method} {http.Request.Host} {http.Request.Headers["x-probe"]} {http.Request.Headers["x-forwarded-client-cert"]}", http.RequestAborted);
        });
        var door = await StartAsync(app.Address, "/health", "/ready?deep=1");

        using var probe = new HttpRequestMessage(HttpMethod.Get, new Uri(door + "/health"));
        probe.Headers.Host = "orders.shop";
        probe.Headers.Add("x-probe", "kubelet");
        probe.Headers.Add("x-forwarded-client-cert", "URI=spiffe://shop.local/ns/default/sa/admin");
        Assert.Equal((418, "GET orders.shop kubelet "), await AskAsync(probe));
        Assert.Equal(200, (await AskAsync(new(HttpMethod.Get, new Uri(door + "/ready?deep=1")))).Status);
        Assert.Equal((418, ""), await AskAsync(new(HttpMethod.Head, new Uri(door + "/health"))));

        foreach (var path in (string[])["/", "/orders", "/health/", "/health/../orders", "/Health", "/ready", "/ready?deep=1&x", "/health?x", "/%68ealth", "//health"])
        {
            Assert.Equal(403, await RawAsync(door, $"GET {path} HTTP/1.1"));
        }

        Assert.Equal(403, await RawAsync(door, $"GET http://orders/orders HTTP/1.1"));
        Assert.Equal(405, (await AskAsync(new(HttpMethod.Post, new Uri(door + "/health")))).Status);
    }

    [Fact]
    public async Task Door_AppThatIsNotThere_Fails()
    {
        var door = await StartAsync(new IPEndPoint(IPAddress.Loopback, 9), "/health");

        var (status, said) = await AskAsync(new(HttpMethod.Get, new Uri(door + "/health")));

        Assert.Equal(503, status);
        Assert.StartsWith("The app does not answer at 127.0.0.1:9: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_SaysOfTheSidecarAndOfTheAppsPortsAndNothingElse()
    {
        using var app = new TcpListener(IPAddress.Loopback, 0);
        app.Start();
        await StartAsync((IPEndPoint)app.LocalEndpoint, "/health");
        var health = $"http://{_host!.Services.GetRequiredService<ProbeServer>().Addresses[0]}";

        Assert.Equal(200, (await AskAsync(new(HttpMethod.Get, new Uri(health + "/live")))).Status);
        Assert.Equal(503, (await AskAsync(new(HttpMethod.Get, new Uri(health + "/ready")))).Status); // there is no control plane
        Assert.Equal(200, (await AskAsync(new(HttpMethod.Get, new Uri(health + "/app/http")))).Status);
        Assert.Equal(404, (await AskAsync(new(HttpMethod.Get, new Uri(health + "/app/other")))).Status);
        Assert.Equal(404, (await AskAsync(new(HttpMethod.Get, new Uri(health + "/config")))).Status);

        app.Stop();
        Assert.Equal(503, (await AskAsync(new(HttpMethod.Get, new Uri(health + "/app/http")))).Status);
    }

    [Fact]
    public async Task Drain_BesideARunningProxy_FindsTheTokenThatItMade()
    {
        await StartAsync(new IPEndPoint(IPAddress.Loopback, 9), "/health");
        var settings = _host!.Services.GetRequiredService<ProxySettings>() with { AdminAddress = _host.Services.GetRequiredService<AdminServer>().Address };

        Assert.Contains("no valid SVID", await AdminClient.ReadyFaultAsync(settings).InTime(), StringComparison.Ordinal);
        Assert.Null(await AdminClient.DrainFaultAsync(settings, TimeSpan.FromSeconds(5)).InTime());
        Assert.StartsWith("draining", await AdminClient.ReadyFaultAsync(settings).InTime(), StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(settings.StateDirectory, "admin.token"), "not that of this proxy");
        Assert.StartsWith("Send 'Authorization: Bearer …'", await AdminClient.DrainFaultAsync(settings, TimeSpan.FromSeconds(5)).InTime(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None);
            _host.Dispose();
        }

        await _log.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<string> StartAsync(IPEndPoint app, params string[] paths)
    {
        var settings = Some.Settings(Path.Combine(_directory.Path, "state")) with
        {
            ControlPlane = null,
            AdminAddress = new IPEndPoint(IPAddress.Loopback, 0),
            Applications = new Dictionary<string, EndPoint> { ["http"] = app }.ToFrozenDictionary(),
            Probes = new ProbeSettings(
                new IPEndPoint(IPAddress.Loopback, 0),
                [new ProbeDoors(new IPEndPoint(IPAddress.Loopback, 0), paths.ToFrozenDictionary(p => p, _ => (EndPoint)app, StringComparer.Ordinal))]),
        };
        new StateDirectory(settings.StateDirectory).Prepare();
        _host = ProxyHost.Build(settings, _log);
        await _host.StartAsync(Stop).InTime();
        return $"http://{_host.Services.GetRequiredService<ProbeServer>().Addresses[1]}";
    }

    private static async Task<(int Status, string Body)> AskAsync(HttpRequestMessage request)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using (request)
        {
            using var response = await client.SendAsync(request, Stop).InTime();
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Stop).InTime());
        }
    }

    private static async Task<int> RawAsync(string door, string line)
    {
        using var http = await RawHttp.ConnectAsync(IPEndPoint.Parse(door["http://".Length..]));
        await http.SendAsync($"{line}\r\nHost: orders\r\nConnection: close\r\n\r\n");
        return int.Parse((await http.ReadToAsync("\r\n")).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
