using System.Net;
using System.Net.Sockets;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

public sealed class RevokedEdgeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http_EdgeRevokedAndDeclaredAgain_IsRefusedByNameThenServed()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        var url = pair.Url;
        using var client = new HttpClient();
        using var before = await client.GetAsync(url, Stop).InTime();

        pair.Apply(o => o with { IsRevoked = true });
        using var revoked = await client.GetAsync(url, Stop).InTime();
        pair.Apply(o => o with { IsRevoked = false });
        using var again = await client.GetAsync(url, Stop).InTime();

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, revoked.StatusCode);
        Assert.Equal(
            "edge_revoked; hop=shop-1; policy=default deny since Edge shop -> orders uses[0] (mesh.yaml:7) was removed", revoked.Headers.GetValues("mesh-error").Single());
        Assert.Contains("until Edge shop → orders uses[0] (mesh.yaml:7) was removed", await revoked.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Grpc_EdgeRevoked_IsPermissionDenied()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask, HttpProtocols.Http2);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Grpc });
        var url = pair.Url;
        using var client = new HttpClient();
        pair.Apply(o => o with { IsRevoked = true });

        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentType = new("application/grpc");
        using var response = await client.SendAsync(request, Stop).InTime();

        Assert.Equal("7", response.Headers.GetValues("grpc-status").Single());
        Assert.StartsWith("edge_revoked", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tcp_EdgeRevoked_TunnelAndNewConnectionsAreClosed()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            await socket.SendAsync(first);
            await socket.ReceiveAsync(new byte[1]);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        var address = pair.Listener;
        using var open = await ConnectAsync(address);
        await open.SendAsync("x"u8.ToArray()).InTime();
        Assert.Equal(1, await open.ReceiveAsync(new byte[1], Stop).InTime());

        pair.Apply(o => o with { IsRevoked = true });

        Assert.True(await IsClosedAsync(open));
        Assert.True(await IsClosedAfterConnectAsync(address));
        Assert.Equal(1, app.Requests);
    }

    [Fact]
    public async Task ProxyStartedAfterTheRevocation_HttpIsRefused()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow()); // who says nothing for a second is none that speaks HTTP
        await using var pair = await ProxyPair.StartAsync(new IPEndPoint(IPAddress.Loopback, 9), new PairOptions { IsRevoked = true, Time = time });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("edge_revoked; hop=shop-1; policy=default deny", response.Headers.GetValues("mesh-error").Single());
        Assert.Contains("default/shop does not declare that it uses default/orders/http", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 8, 4, 210, 22, 47 })] // PostgreSQL's first message
    [InlineData(new byte[0])] // a caller that waits to be spoken to
    public async Task ProxyStartedAfterTheRevocation_OpaqueConnectionIsClosed(byte[] first)
    {
        await using var pair = await ProxyPair.StartAsync(new IPEndPoint(IPAddress.Loopback, 9), new PairOptions { IsRevoked = true });
        using var client = await ConnectAsync(pair.Listener);

        await client.SendAsync(first).InTime();

        Assert.True(await IsClosedAsync(client));
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to).InTime();
        return socket;
    }

    /// <summary>Whether the listener ends a new connection; it may do so before the connecting side has seen that it was made.</summary>
    private static async Task<bool> IsClosedAfterConnectAsync(IPEndPoint to)
    {
        try
        {
            using var socket = await ConnectAsync(to);
            return await IsClosedAsync(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Stop).InTime() == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }
}
