using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Mesh.Model.Snapshots;
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

    private int Lines() => File.Exists(Log) ? File.ReadAllText(Log).Count(c => c == '\n') : 0;
}
