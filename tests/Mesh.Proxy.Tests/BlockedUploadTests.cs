using System.Net.Sockets;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>An app has answered and reads no more: what its caller still wants to say holds nothing.</summary>
public sealed class BlockedUploadTests
{
    private const int Much = 64 * 1024 * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AppWithFullBuffersAnswers_TheCallIsOver()
    {
        var isOver = new TaskCompletionSource();
        await using var app = await RawApp.StartAsync(async (socket, _) =>
        {
            await StandsStillAsync(socket);
            await socket.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            await isOver.Task;
        });
        await using var pair = await StartAsync(app.Address, AppProtocol.Http, WireProtocol.Http1);
        using var caller = await RawHttp.ConnectAsync(pair.Listener);
        await caller.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {Much}\r\n\r\n");
        _ = caller.SendAsync(new string('x', Much));

        Assert.StartsWith("HTTP/1.1 413 ", await caller.ReadToAsync("\r\n\r\n"), StringComparison.Ordinal);

        await Eventually.IsAsync(() => Free(pair) == 1);
        isOver.SetResult();
    }

    [Fact]
    public async Task AppWithAFullWindowAnswers_TheCallIsOver()
    {
        await using var app = FrameApp.Start(TurnAway.Answer, FrameApp.Window);
        await using var pair = await StartAsync(app.Address, AppProtocol.Http2, WireProtocol.Http2);
        using var client = new HttpClient();
        using var post = new HttpRequestMessage(HttpMethod.Post, pair.Url)
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[Much]),
        };

        using var response = await client.SendAsync(post, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();

        Assert.Equal(413, (int)response.StatusCode);
        await Eventually.IsAsync(() => Free(pair) == 1);
    }

    // What the app does not read piles up in its socket, and then in the sidecar's.
    private static Task StandsStillAsync(Socket socket)
    {
        var (last, quiet) = (0, 0);
        return Eventually.IsAsync(() =>
        {
            quiet = socket.Available == last && last > 0 ? quiet + 1 : 0;
            last = socket.Available;
            return quiet == 20;
        });
    }

    private static Task<ProxyPair> StartAsync(System.Net.IPEndPoint app, AppProtocol protocol, WireProtocol wire) => ProxyPair.StartAsync(app, new PairOptions
    {
        Protocol = protocol,
        Wire = wire,
        Concurrency = [new() { Requests = 1, Origin = new Origin("CircuitBreaker", "default/orders") }],
    });

    private static int Free(ProxyPair pair) => pair.Callee.Services.GetRequiredService<InboundState>().Tables!.MeshByPort["http"].Gates[0].Requests.Remaining;
}
