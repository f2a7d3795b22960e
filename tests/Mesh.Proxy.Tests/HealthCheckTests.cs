using System.Net;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Outbound;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>Replicas are asked on the way that calls take, and who is not well is not called.</summary>
public sealed class HealthCheckTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReplicaThatIsNotWell_IsNotCalledUntilItIsAgain()
    {
        var isIll = true;
        await using var good = await TestApp.StartAsync(context => context.Response.WriteAsync("good", context.RequestAborted));
        await using var ill = await TestApp.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/health" && Volatile.Read(ref isIll) ? 500 : 200;
            return context.Response.WriteAsync("ill", context.RequestAborted);
        });
        await using var pair = await StartAsync(good.Address, new(HealthCheckKind.Http) { Path = "/health" });
        await using var other = await pair.AddReplicaAsync("orders-2", ill.Address);
        using var client = new HttpClient();

        await UntilAsync(pair, "orders-1 live orders-2 unhealthy");
        await UntilAnsweredByAsync("good", client, pair.Url);

        Volatile.Write(ref isIll, false);
        await UntilAsync(pair, "orders-1 live orders-2 live");
        await UntilAnsweredByAsync("good ill", client, pair.Url);
    }

    [Fact]
    public async Task Check_ByHttp_SaysWhoAsksAndIsNobodysCall()
    {
        var asked = new TaskCompletionSource<(string Path, string Agent, string Header, bool IsMarked)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(context =>
        {
            var headers = context.Request.Headers;
            asked.TrySetResult((context.Request.Path + context.Request.QueryString, headers.UserAgent.ToString(), headers["a"].ToString(), headers.ContainsKey("x-mesh-probe")));
            return Task.CompletedTask;
        });
        await using var pair = await StartAsync(app.Address, new(HealthCheckKind.Http) { Path = "/health?deep=1", Headers = [new("a", "b")] });

        Assert.Equal(("/health?deep=1", "mesh-health-check", "b", false), await asked.Task.InTime());
        using var log = new MetricLog(pair.Callee.Services);
        await UntilCheckedAsync(app, app.Requests + 2);
        Assert.DoesNotContain("http.server.request.duration", log.Names);
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("POST", false)]
    public async Task Check_WithoutPermission_SaysNothing(string allowed, bool isSeen)
    {
        await using var app = await TestApp.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Method == "GET" ? 500 : 200;
            return Task.CompletedTask;
        });
        // From the first check on, which comes as soon as the caller's sidecar has a configuration.
        await using var pair = await StartAsync(app.Address, new(HealthCheckKind.Http), permissions: Allow(allowed));

        if (isSeen)
        {
            await UntilAsync(pair, "orders-1 unhealthy");
        }
        else
        {
            // A check came back at least: its verdict is the sidecar's and none of the app's.
            await UntilBlindAsync(pair);
            Assert.Equal("orders-1 live", States(pair));
            Assert.Equal(0, app.Requests);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 8, 1 }, "0", "orders-1 live")]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 8, 2 }, "0", "orders-1 unhealthy")] // NOT_SERVING
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, "0", "orders-1 unhealthy")]
    [InlineData(new byte[0], "12", "orders-1 unhealthy")]
    public async Task Check_ByGrpc_IsTheStandardCall(byte[] answer, string status, string expected)
    {
        var asked = new TaskCompletionSource<(string Path, string Message)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(
            async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                asked.TrySetResult((context.Request.Path, Convert.ToHexString(body.ToArray())));
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(answer, context.RequestAborted);
                context.Response.AppendTrailer("grpc-status", status);
            },
            Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2);
        await using var pair = await StartAsync(app.Address, new(HealthCheckKind.Grpc) { ServiceName = "shop" }, AppProtocol.Grpc);

        Assert.Equal(("/grpc.health.v1.Health/Check", "00000000060A0473686F70"), await asked.Task.InTime());
        await UntilCheckedAsync(app, 4);
        await UntilAsync(pair, expected);
    }

    [Theory]
    [InlineData("pong", "orders-1 live")]
    [InlineData("pung", "orders-1 unhealthy")]
    public async Task Check_ByTcp_SendsAndLooksForWhatComes(string answer, string expected)
    {
        var seen = 0;
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            Interlocked.Increment(ref seen);
            await socket.SendAsync(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(first.Span) == "ping" ? $"..{answer}!" : "?"));
            socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        });
        await using var pair = await StartAsync(app.Address, new(HealthCheckKind.Tcp) { Send = "cGluZw==", Receive = ["cG8=", "bmc="] }, AppProtocol.Tcp);

        await Eventually.IsAsync(() => Volatile.Read(ref seen) >= 4, "four checks are over");
        await UntilAsync(pair, expected);
    }

    [Fact]
    public async Task FailTrafficOnPanic_NobodyIsWell_CallsFail()
    {
        await using var app = await TestApp.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/health" ? 500 : 200;
            return Task.CompletedTask;
        });
        await using var pair = await StartAsync(app.Address, new(HealthCheckKind.Http) { Path = "/health", FailTrafficOnPanic = true });
        using var client = new HttpClient();
        await UntilAsync(pair, "orders-1 unhealthy");

        // A replica is said to be out a moment before calls stop.
        await Eventually.IsAsync(async () =>
        {
            using var refused = await client.GetAsync(pair.Url, Stop).InTime();
            return refused.Headers.TryGetValues("mesh-error", out var error) && error.Single().StartsWith("no_endpoints", StringComparison.Ordinal);
        });

        pair.Apply(o => o with { Cluster = c => c with { HealthCheck = new(HealthCheckKind.Http) { Path = "/health", UnhealthyThreshold = 1, Interval = Often, NoTrafficInterval = Often } } });
        using var served = await client.GetAsync(pair.Url, Stop).InTime();
        Assert.Equal(HttpStatusCode.OK, served.StatusCode); // in panic all are used
    }

    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    private static Task<ProxyPair> StartAsync(IPEndPoint app, HealthCheck check, AppProtocol protocol = AppProtocol.Http, PermissionSet? permissions = null) => ProxyPair.StartAsync(app, new PairOptions
    {
        Protocol = protocol,
        Permissions = permissions,
        Cluster = c => c with
        {
            LoadBalancing = new(LoadBalancingKind.RoundRobin),
            HealthCheck = check with { Interval = Often, NoTrafficInterval = Often, UnhealthyThreshold = 2, Timeout = TimeSpan.FromSeconds(30) },
        },
    });

    private static PermissionSet Allow(string method) => new()
    {
        Allow = [new PermissionRule { Principals = [new PrincipalMatch("spiffe://test.local/ns/default/sa/shop")], Requests = [new RequestMatch(method, null)], Origin = new Model.Origin("TrafficPermission", "default/orders") }],
    };

    private static string States(ProxyPair pair) => string.Join(' ', Cluster(pair).Replicas.Select(replica => $"{replica.Name} {replica.State}"));

    private static OutboundCluster Cluster(ProxyPair pair) => pair.Caller.Services.GetRequiredService<OutboundState>().Tables!.Clusters[ResourceNames.Cluster(ProxyPair.Upstream)];

    private static Task UntilAsync(ProxyPair pair, string states) => Eventually.IsAsync(() => States(pair) == states, states);

    private static Task UntilCheckedAsync(TestApp app, int requests) => Eventually.IsAsync(() => app.Requests >= requests, $"{requests} checks have come");

    private static async Task UntilBlindAsync(ProxyPair pair)
    {
        using var log = new MetricLog(pair.Caller.Services);
        await Eventually.IsAsync(() => log.Names.Count(name => name == "mesh.health_check.checks/none") >= 2, "two checks said nothing");
    }

    // A replica is said to be out, or back, a moment before calls go by it.
    private static Task UntilAnsweredByAsync(string who, HttpClient client, Uri url) => Eventually.IsAsync(async () => await AnswersAsync(client, url) == who, $"answered by {who}");

    private static async Task<string> AnswersAsync(HttpClient client, Uri url)
    {
        var answers = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            answers.Add(await client.GetStringAsync(url, Stop).InTime());
        }

        return string.Join(' ', answers.Order(StringComparer.Ordinal));
    }
}
