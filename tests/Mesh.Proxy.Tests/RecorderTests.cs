using System.Net;
using System.Net.Sockets;
using Mesh.Model.Identity;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>What the callee's sidecar notes while somebody records, and what not.</summary>
public sealed class RecorderTests
{
    private const string Shop = "spiffe://test.local/ns/default/sa/shop";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_OfAPeer_AreNotedWithoutIdsAndQueries()
    {
        await using var app = await TestApp.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/missing" ? 404 : 200;
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address);
        var recording = Record(pair);
        using var client = new HttpClient { BaseAddress = pair.Url };

        (await client.GetAsync("orders/17?token=secret", Stop).InTime()).Dispose();
        (await client.GetAsync("orders/18", Stop).InTime()).Dispose();
        (await client.PostAsync("orders", null, Stop).InTime()).Dispose();
        (await client.GetAsync("missing", Stop).InTime()).Dispose();
        (await client.GetAsync("a%2Fb", Stop).InTime()).Dispose();
        (await client.GetAsync("a%20b", Stop).InTime()).Dispose();

        var edge = await TakeAsync(recording, edge => edge.Operations.Values.Sum(o => o.Total) + edge.Ambiguous == 6);
        Assert.Equal((Shop, "http"), (edge.Caller, edge.Port));
        Assert.Equal(
            ["GET /missing 0 1", "GET /orders/{} 2 0", "GET /{} 1 0", "POST /orders 1 0"],
            edge.Operations.Select(o => $"{o.Key} {o.Value.Succeeded} {o.Value.ClientErrors}").Order(StringComparer.Ordinal));
        Assert.Equal(1, edge.Ambiguous);
        Assert.Equal(5, edge.Operations.Values.Sum(o => o.Durations.ToArray().Sum()));
    }

    [Fact]
    public async Task Requests_ThatWereRefused_AreOnlyCounted()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Permissions = PermissionSet.Nobody });
        var recording = Record(pair);
        using var client = new HttpClient();

        using var refused = await client.GetAsync(pair.Url, Stop).InTime();

        var edge = await TakeAsync(recording, edge => edge.Refused == 1);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Empty(edge.Operations);
    }

    [Fact]
    public async Task Developers_Strangers_AndProbes_AreNot()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            IsExternal = true,
            Cluster = c => c with { HealthCheck = new(HealthCheckKind.Http) { Path = "/health", Interval = TimeSpan.FromMilliseconds(20), NoTrafficInterval = TimeSpan.FromMilliseconds(20) } },
        });
        var recording = Record(pair);
        using var client = new HttpClient();

        (await client.GetAsync(pair.FrontDoor, Stop).InTime()).Dispose();
        pair.Callee.Guards.FrontDoor = CallerVerdict.Known(SpiffeId.Developer(TrustDomain.Parse("test.local")));
        using var anew = new HttpClient();
        (await anew.GetAsync(pair.FrontDoor, Stop).InTime()).Dispose();
        await Eventually.IsAsync(() => app.Requests >= 5);

        Assert.Empty(recording.Take().Edges);
    }

    [Fact]
    public async Task Peer_AtTheFrontDoor_IsWhoItIs()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Callee.Guards.FrontDoor = CallerVerdict.Known(pair.Caller.Id);
        var recording = Record(pair);
        using var client = new HttpClient();

        (await client.GetAsync(new Uri(pair.FrontDoor, "/orders"), Stop).InTime()).Dispose();

        Assert.Equal(Shop, (await TakeAsync(recording, edge => edge.Operations.Count == 1)).Caller);
    }

    [Fact]
    public async Task Grpc_IsNotedByServiceAndMethod()
    {
        await using var pair = await GrpcPair.StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "0");
            return Task.CompletedTask;
        });
        var recording = Record(pair.Proxies);

        (await pair.CallAsync([0, 0, 0, 0, 0]).InTime()).Dispose();

        Assert.Equal("gRPC test.Echo/Call", Assert.Single((await TakeAsync(recording, edge => edge.Operations.Count == 1)).Operations).Key.ToString());
    }

    [Theory]
    [InlineData(true, "gRPC test.Echo/Call")]
    [InlineData(false, "POST /test.Echo/Call")]
    public async Task RequestThatRunsOn_IsAGrpcCall_OnlyIfItSaidSo(bool isGrpc, string operation)
    {
        var (isThere, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        RequestDelegate wait = context =>
        {
            isThere.SetResult();
            return release.Task;
        };
        await using var grpc = isGrpc ? await GrpcPair.StartAsync(wait) : null;
        await using var app = isGrpc ? null : await TestApp.StartAsync(wait);
        await using var http = app is null ? null : await ProxyPair.StartAsync(app.Address);
        var callee = (grpc?.Proxies ?? http!).Callee.Services;
        var recorder = callee.GetRequiredService<TrafficRecorder>();
        recorder.Ending += callee.GetRequiredService<InboundDoors>().Sweep;
        var recording = recorder.Begin("r1");
        using var client = new HttpClient();
        var call = grpc?.CallAsync([0, 0, 0, 0, 0]) ?? client.PostAsync(new Uri(http!.Url, "test.Echo/Call"), null, Stop);
        await isThere.Task.InTime();

        recorder.End(recording);

        Assert.Equal(operation, Assert.Single(Assert.Single(recording.Take().Edges).Operations).Key.ToString());
        release.SetResult();
        (await call.InTime()).Dispose();
    }

    [Fact]
    public async Task Streams_HaveNoDurations_AndThoseThatRunOnAreNotedAtTheEnd()
    {
        var release = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            if (context.Request.Path == "/on")
            {
                await release.Task;
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new HttpClient { BaseAddress = pair.Url };
        using var open = await client.GetAsync("on", HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        var recorder = pair.Callee.Services.GetRequiredService<TrafficRecorder>();
        recorder.Ending += pair.Callee.Services.GetRequiredService<InboundDoors>().Sweep;
        var recording = recorder.Begin("r1");
        (await client.GetAsync("off", Stop).InTime()).Dispose();
        var ended = await TakeAsync(recording, edge => edge.Operations.Count == 1);

        recorder.End(recording);

        Assert.Empty(Assert.Single(ended.Operations).Value.Durations.ToArray());
        var running = Assert.Single(Assert.Single(recording.Take().Edges).Operations);
        Assert.Equal(("GET /on", 1), (running.Key.ToString(), running.Value.Open));
        Assert.Null(recorder.Current);
        release.SetResult();
    }

    [Fact]
    public async Task Connections_AreNotedWhenTheyEnd_OrWhenTheRecordingDoes()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            await socket.SendAsync(first);
            var buffer = new byte[16];
            while (await socket.ReceiveAsync(buffer) is > 0 and var read)
            {
                await socket.SendAsync(buffer.AsMemory(0, read));
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        using var before = await EchoAsync(pair.Listener);
        var recorder = pair.Callee.Services.GetRequiredService<TrafficRecorder>();
        recorder.Ending += pair.Callee.Services.GetRequiredService<InboundDoors>().Sweep;
        var recording = recorder.Begin("r1");
        (await EchoAsync(pair.Listener)).Dispose();
        Assert.Equal(1, (await TakeAsync(recording, edge => edge.Connections == 1)).Connections);

        recorder.End(recording);

        Assert.Equal((Shop, 1), (recording.Take().Edges.Single() is var edge ? edge.Caller : "", edge.Connections));
    }

    [Fact]
    public void Note_MoreCallersThanThereIsRoomFor_AreCounted()
    {
        var recording = new TrafficRecording("r1");

        for (var i = 0; i < TrafficRecording.MostEdges + 10; i++)
        {
            recording.Note($"spiffe://test.local/ns/default/sa/c{i}", "http", 0, static (edge, _) => edge.Refused++);
        }

        var (edges, unlisted) = recording.Take();
        Assert.Equal((TrafficRecording.MostEdges, 10), (edges.Length, unlisted));
    }

    private static TrafficRecording Record(ProxyPair pair) => pair.Callee.Services.GetRequiredService<TrafficRecorder>().Begin("r1");

    private static async Task<Socket> EchoAsync(IPEndPoint address)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(address, Stop).AsTask().InTime();
        await client.SendAsync("hello"u8.ToArray()).InTime();
        Assert.NotEqual(0, await client.ReceiveAsync(new byte[16]).InTime());
        return client;
    }

    // The sidecar notes a request after the caller has its answer.
    private static async Task<EdgeRecording> TakeAsync(TrafficRecording recording, Func<EdgeRecording, bool> isAll)
    {
        EdgeRecording? all = null;
        await Eventually.IsAsync(() =>
        {
            foreach (var edge in recording.Take().Edges)
            {
                all ??= new EdgeRecording(edge.Caller, edge.Port);
                all.Add(edge);
            }

            return all is not null && isAll(all);
        });
        return all!;
    }
}
