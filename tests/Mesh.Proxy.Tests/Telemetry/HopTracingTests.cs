using System.Diagnostics;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.Fault;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Telemetry;

public sealed class HopTracingTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static readonly RequestTags Tags = new() { Direction = HopDirection.Outbound, Caller = "a", Callee = "b", Method = "GET", Status = 200 };

    [Fact]
    public void Start_NobodyListens_PassesOnAndAllocatesNothing()
    {
        HopTracing.Start("GET", HopDirection.Outbound, Parent, null).Stop(Tags);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var span = HopTracing.Start("GET", HopDirection.Outbound, Parent, null);
        span.Stop(Tags);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Null(span.TraceParent);
    }

    [Fact]
    public void Start_Listening_ContinuesTheTraceWithASpanOfItsOwn()
    {
        using var listener = Listen(out var stopped);

        var span = HopTracing.Start("default/orders/http", HopDirection.Outbound, Parent, "vendor=1");
        span.Stop(Tags with { Status = 503, Error = "connect_failed" });

        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", span.TraceParent, StringComparison.Ordinal);
        Assert.DoesNotContain("b7ad6b7169203331", span.TraceParent, StringComparison.Ordinal);
        var activity = Assert.Single(stopped);
        Assert.Equal("b7ad6b7169203331", activity.ParentSpanId.ToString());
        Assert.Equal("vendor=1", activity.TraceStateString);
        Assert.Equal("GET default/orders/http", activity.DisplayName);
        Assert.Equal(ActivityKind.Client, activity.Kind);
        Assert.Equal(ActivityStatusCode.Error, activity.Status);
        Assert.Equal("connect_failed", activity.GetTagItem("error.type"));
    }

    [Theory]
    [InlineData(null, "/health", true)]
    [InlineData("", "/alive", true)]
    [InlineData(Parent, "/health", false)] // somebody traces it
    [InlineData(null, "/healthy", false)]
    [InlineData(null, "/orders/health", false)]
    [InlineData(null, "/", false)]
    public void IsProbe_OnlyWhatHealthChecksAsk(string? traceParent, string path, bool expected) => Assert.Equal(expected, HopTracing.IsProbe(traceParent, path));

    [Fact]
    public void Stop_TheCallerWentAway_IsNobodysError()
    {
        using var listener = Listen(out var stopped);

        HopTracing.Start("default/orders/http", HopDirection.Inbound, Parent, null).Stop(Tags with { Status = 499, Error = "client_closed" });

        var activity = Assert.Single(stopped);
        Assert.Equal(ActivityStatusCode.Unset, activity.Status);
        Assert.Equal("client_closed", activity.GetTagItem("error.type"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("garbage")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    public void Start_NoReadableParent_BeginsATraceWhateverRunsAround(string? traceParent)
    {
        using var listener = Listen(out var stopped);
        using var around = new Activity("around").Start();

        var span = HopTracing.Start("GET", HopDirection.Inbound, traceParent, null);
        span.Stop(Tags);

        Assert.NotNull(span.TraceParent);
        Assert.NotEqual(around.TraceId, Assert.Single(stopped).TraceId);
    }

    [Fact]
    public async Task Fault_MarksTheSpanOfTheRequestThatItHits()
    {
        using var listener = Listen(out var stopped);
        var upstream = new PortRef(new ServiceId("default", "orders"), "http");
        var time = new FakeTimeProvider();
        var configuration = new FakeConfiguration();
        configuration.Apply(new FaultRule { Id = "f1", By = "ann", Upstream = upstream, EndsAt = time.GetUtcNow() + TimeSpan.FromHours(1), Effects = new() { Abort = new() { HttpStatus = 503 } } });
        using var board = new FaultBoard(configuration, time, NullLogger<FaultBoard>.Instance);
        using var meters = new Meters();
        var injector = new FaultInjector(board, new HopName(new ServiceId("default", "shop"), "shop-1"), new ProxyMetrics(meters), time, new Random(1));
        var span = HopTracing.Start("default/orders/http", HopDirection.Outbound, traceParent: null, traceState: null);

        var failure = await injector.InjectAsync(board.Current![ResourceNames.Outbound(upstream)], new DefaultHttpContext(), default, "default/orders/http", span);
        span.Stop(new RequestTags { Direction = HopDirection.Outbound, Caller = "default/shop", Callee = "default/orders/http", Method = "GET", Status = 503, Error = failure!.Entry.Code });

        var marked = Assert.Single(stopped, activity => activity.GetTagItem("mesh.fault") is not null);
        Assert.Equal(("Fault f1 (ann)", "abort", "fault_injected"), (marked.GetTagItem("mesh.fault"), marked.GetTagItem("mesh.fault.kind"), marked.GetTagItem("error.type")));
    }

    private static ActivityListener Listen(out List<Activity> stopped)
    {
        var list = new List<Activity>();
        stopped = list;
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == HopTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = list.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
