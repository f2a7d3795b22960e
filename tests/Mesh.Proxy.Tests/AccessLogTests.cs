using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Telemetry.AccessLogs;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

public sealed class AccessLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Log => Path.Combine(_directory.Path, "access.log");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Callee_LogsWhatItWasAskedFor()
    {
        await using var app = await TestApp.StartAsync(context =>
        {
            context.Response.Headers["x-answer"] = "a\"b";
            return context.Response.WriteAsync("twelve bytes");
        });
        await using (var pair = await StartAsync(app, new AccessLog
        {
            Text = "%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL% %RESPONSE_CODE% %BYTES_RECEIVED% %BYTES_SENT% %REQ(x-id)% %RESP(x-answer)% %REQ(none)% %MESH_SOURCE_SERVICE% %MESH_DESTINATION_SERVICE% %MESH_DIRECTION% %DOWNSTREAM_PEER_URI_SAN% %UPSTREAM_HOST% %MESH_ERROR% 100%%",
        }))
        {
            await PostAsync(pair.Url, "/orders?token=secret", "body!", "7\t8");
            await Eventually.IsAsync(() => Lines() == 1);
        }

        Assert.Equal(
            $"POST /orders HTTP/1.1 200 5 12 7 8 a'b - default/shop default/orders/http inbound spiffe://test.local/ns/default/sa/shop {app.Address} - 100%\n",
            await File.ReadAllTextAsync(Log, Stop));
    }

    [Fact]
    public async Task Caller_LogsWhatItWasAskedFor()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        string door;
        await using (var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            OutboundListener = l => l with { AccessLogs = [new AccessLog { Path = Log, Json = Fields(("status", "%RESPONSE_CODE%"), ("route", "%ROUTE_NAME%"), ("to", "%UPSTREAM_HOST%"), ("tries", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%"), ("none", "%REQ(none)%"), ("way", "<%MESH_DIRECTION%>")) }] },
        }))
        {
            door = pair.Callee.MeshDoor.ToString();
            await PostAsync(pair.Url, "/", "x");
            await Eventually.IsAsync(() => Lines() == 1);
        }

        using var line = JsonDocument.Parse(await File.ReadAllTextAsync(Log, Stop));
        var root = line.RootElement;
        Assert.Equal((200, "all", door, 1), (root.GetProperty("status").GetInt32(), root.GetProperty("route").GetString(), root.GetProperty("to").GetString(), root.GetProperty("tries").GetInt32()));
        Assert.Equal((JsonValueKind.Null, "<outbound>"), (root.GetProperty("none").ValueKind, root.GetProperty("way").GetString()));
    }

    [Theory]
    // of ten requests, five of which the app answers with 500 and one the mesh refuses
    [InlineData("all", 11)]
    [InlineData("status", 6)]
    [InlineData("errors", 1)]
    [InlineData("half", 5)]
    [InlineData("caller", 11)]
    [InlineData("other", 0)]
    [InlineData("slow", 0)]
    [InlineData("header exact", 11)]
    [InlineData("header other", 0)]
    [InlineData("header prefix", 11)]
    [InlineData("header expression", 11)]
    [InlineData("header expression of a part", 0)]
    [InlineData("header present", 11)]
    [InlineData("header absent", 0)]
    [InlineData("header none", 11)]
    [InlineData("headers, one of which does not fit", 0)]
    public async Task Filter_LetsThroughWhatItSays(string filter, int lines)
    {
        var log = new AccessLog { Text = "%RESPONSE_CODE%" };
        log = filter switch
        {
            "status" => log with { MinStatus = 403 },
            "errors" => log with { OnlyErrors = true },
            "half" => log with { Percent = 50 },
            "caller" => log with { Caller = new PrincipalMatch("spiffe://test.local/ns/default/", IsPrefix: true) },
            "other" => log with { Caller = new PrincipalMatch("spiffe://test.local/ns/default/sa/other") },
            "header exact" => log with { Headers = [new("X-Id", ValueMatchKind.Exact, "1")] },
            "header other" => log with { Headers = [new("x-id", ValueMatchKind.Exact, "2")] },
            "header prefix" => log with { Headers = [new("content-length", ValueMatchKind.Prefix, "0")] },
            "header expression" => log with { Headers = [new("x-id", ValueMatchKind.RegularExpression, "[0-9]")] },
            "header expression of a part" => log with { Headers = [new("content-type", ValueMatchKind.RegularExpression, "text")] },
            "header present" => log with { Headers = [new("x-id", ValueMatchKind.Present, "")] },
            "header absent" => log with { Headers = [new("x-id", ValueMatchKind.Absent, "")] },
            "header none" => log with { Headers = [new("x-none", ValueMatchKind.Absent, ""), new("x-id", ValueMatchKind.Present, "")] },
            "headers, one of which does not fit" => log with { Headers = [new("x-id", ValueMatchKind.Present, ""), new("x-none", ValueMatchKind.Present, "")] },
            "slow" => log with { MinDuration = TimeSpan.FromHours(1) },
            _ => log,
        };
        var count = 0;
        await using var app = await TestApp.StartAsync(context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref count) % 2 == 0 ? 500 : 200;
            return Task.CompletedTask;
        });
        await using (var pair = await StartAsync(app, log))
        {
            for (var i = 0; i < 10; i++)
            {
                await PostAsync(pair.Url, "/", "");
            }

            pair.Apply(o => o with { Permissions = PermissionSet.Nobody });
            await PostAsync(pair.Url, "/", "");
            await Eventually.IsAsync(() => Lines() >= lines);
        }

        Assert.Equal(lines, Lines());
    }

    [Fact]
    public async Task Percent_WhileOtherThingsChange_IsAShareOfAllRequests()
    {
        ImmutableArray<AccessLog> called = [new AccessLog { Path = Log, Text = "%MESH_DIRECTION%", Percent = 50 }];
        ImmutableArray<AccessLog> calls = [called[0] with { Path = Log + ".caller" }];
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using (var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true, InboundLogs = called, OutboundListener = l => l with { AccessLogs = calls } }))
        {
            for (var i = 0; i < 4; i++)
            {
                await PostAsync(pair.Url, "/", "");
                await PostAsync(pair.FrontDoor, "/", "");
                pair.Apply(o => o);
            }

            await Eventually.IsAsync(() => Lines() == 4 && Lines(Log + ".caller") == 2);
        }

        Assert.Equal(["front_door", "front_door", "inbound", "inbound"], (await File.ReadAllLinesAsync(Log, Stop)).Order());
        Assert.Equal(["outbound", "outbound"], await File.ReadAllLinesAsync(Log + ".caller", Stop));
    }

    [Fact]
    public async Task Reopen_AfterTheFileWasMoved_GoesOnInANewOne()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using (var pair = await StartAsync(app, new AccessLog { Text = "%REQ(:PATH)%" }))
        {
            await PostAsync(pair.Url, "/first", "");
            await Eventually.IsAsync(() => Lines() == 1);
            File.Move(Log, Log + ".1");
            Assert.Equal(1, pair.Callee.Services.GetRequiredService<AccessLogTargets>().Reopen());
            await PostAsync(pair.Url, "/second", "");
            await Eventually.IsAsync(() => Lines() == 1);
        }

        Assert.Equal(("/first\n", "/second\n"), (await File.ReadAllTextAsync(Log + ".1", Stop), await File.ReadAllTextAsync(Log, Stop)));
    }

    [Fact]
    public async Task File_ThatCannotBeWritten_StopsNoRequest()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { InboundLogs = [new AccessLog { Path = Path.Combine(_directory.Path, "not", "there.log") }] });

        await PostAsync(pair.Url, "/", "");
        await PostAsync(pair.Url, "/", "");
    }

    [Fact]
    public async Task TcpConnection_IsLoggedWhenItEnds()
    {
        await using var app = await RawApp.StartAsync(async (socket, _) => await socket.SendAsync("seven b"u8.ToArray()));
        var caller = Log + ".caller";
        string local, door;
        await using (var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Protocol = AppProtocol.Tcp,
            InboundLogs = [new AccessLog { Path = Log, Text = "%BYTES_RECEIVED% %BYTES_SENT% %RESPONSE_CODE% %RESPONSE_FLAGS% %MESH_ERROR% %REQ(:PATH)% %PROTOCOL% %TRACE_ID% %MESH_SOURCE_SERVICE% %MESH_DESTINATION_SERVICE% %MESH_DIRECTION% %DOWNSTREAM_PEER_URI_SAN% %UPSTREAM_HOST%" }],
            OutboundListener = l => l with { AccessLogs = [new AccessLog { Path = caller, Text = "%BYTES_RECEIVED% %BYTES_SENT% %DOWNSTREAM_REMOTE_ADDRESS% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %MESH_DIRECTION% %UPSTREAM_HOST%" }] },
        }))
        {
            door = pair.Callee.MeshDoor.ToString();
            local = await TalkAsync(pair.Listener);
            await Eventually.IsAsync(() => Lines() == 1 && Lines(caller) == 1);
        }

        Assert.Equal($"5 7 0 - - - - - default/shop default/orders/http inbound spiffe://test.local/ns/default/sa/shop {app.Address}\n", await File.ReadAllTextAsync(Log, Stop));
        Assert.Equal($"5 7 {local} 1 outbound {door}\n", await File.ReadAllTextAsync(caller, Stop));
    }

    [Fact]
    public async Task TcpConnection_ThatIsRefused_IsLoggedWithTheReason()
    {
        await using var app = await RawApp.StartAsync((_, _) => Task.CompletedTask);
        await using (var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Protocol = AppProtocol.Tcp,
            Permissions = PermissionSet.Nobody,
            InboundLogs = [new AccessLog { Path = Log, Text = "%RESPONSE_FLAGS% %MESH_ERROR% %BYTES_SENT%", OnlyErrors = true }, new AccessLog { Path = Log, Text = "by status", MinStatus = 100 }],
            OutboundListener = l => l with { TcpBackends = [], AccessLogs = [new AccessLog { Path = Log + ".caller" }] },
        }))
        {
            await TalkAsync(pair.Listener);
            await Eventually.IsAsync(() => Lines(Log + ".caller") == 1);
            pair.Apply(o => o with { OutboundListener = l => l with { AccessLogs = [new AccessLog { Path = Log + ".caller", Text = "%RESPONSE_FLAGS% %MESH_ERROR% %UPSTREAM_HOST%" }] }, Endpoints = [] });
            await TalkAsync(pair.Listener);
            await Eventually.IsAsync(() => Lines(Log + ".caller") == 2);
            pair.Apply(o => o with { OutboundListener = null, Endpoints = null });
            await TalkAsync(pair.Listener);
            await Eventually.IsAsync(() => Lines() == 1);
        }

        Assert.Equal("- permission_denied 0\n", await File.ReadAllTextAsync(Log, Stop));
        Assert.Equal("UH no_endpoints -", (await File.ReadAllLinesAsync(Log + ".caller", Stop))[1]);
    }

    [Fact]
    public async Task TcpConnection_IsLoggedAsIsSaidWhenItEnds()
    {
        var end = new TaskCompletionSource();
        await using var app = await RawApp.StartAsync(async (socket, _) =>
        {
            await socket.SendAsync("x"u8.ToArray());
            await end.Task;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(pair.Listener, Stop).AsTask().InTime();
        await client.SendAsync("a"u8.ToArray(), Stop).AsTask().InTime();
        await client.ReceiveAsync(new byte[1], Stop).AsTask().InTime();

        pair.Apply(o => o with { InboundLogs = [new AccessLog { Path = Log, Text = "%BYTES_SENT%" }] });
        client.Shutdown(SocketShutdown.Send);
        end.SetResult();
        await Eventually.IsAsync(() => Lines() == 1);

        Assert.Equal("1\n", await File.ReadAllTextAsync(Log, Stop));
    }

    private static async Task<string> TalkAsync(IPEndPoint to)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await client.ConnectAsync(to, Stop).AsTask().InTime();
            var local = client.LocalEndPoint!.ToString()!;
            await client.SendAsync("hello"u8.ToArray(), Stop).AsTask().InTime();
            client.Shutdown(SocketShutdown.Send);
            while (await client.ReceiveAsync(new byte[64], Stop).AsTask().InTime() > 0)
            {
            }

            return local;
        }
        catch (SocketException)
        {
            return "refused";
        }
    }

    private Task<ProxyPair> StartAsync(TestApp app, AccessLog log) => ProxyPair.StartAsync(app.Address, new PairOptions { InboundLogs = [log with { Path = Log }] });

    private static ImmutableSortedDictionary<string, string> Fields(params (string Name, string Value)[] fields) => fields.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);

    private static async Task PostAsync(Uri url, string path, string body, string id = "1")
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, path)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Headers.TryAddWithoutValidation("x-id", id);
        using var response = await client.SendAsync(request, Stop).InTime();
        await response.Content.ReadAsByteArrayAsync(Stop).InTime();
    }

    private int Lines(string? path = null) => File.Exists(path ?? Log) ? File.ReadAllText(path ?? Log).Count(c => c == '\n') : 0;
}
