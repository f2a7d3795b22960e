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

[Collection("spans")] // whoever listens to them is heard in the whole process
public sealed class HopTracingTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static readonly AsyncLocal<List<Activity>?> Heard = new();
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

    [Theory]
    // traceparent's flags, what is said, what becomes of it: a span, the flags that go on
    [InlineData("01", null, false, true, "01")]
    [InlineData("01", 0.0, false, true, "01")]
    [InlineData("01", 0.0, true, false, "00")]
    [InlineData("00", 100.0, true, true, "01")]
    [InlineData(null, 0.0, false, false, "00")]
    [InlineData(null, 0.0, true, false, "00")]
    [InlineData(null, 100.0, false, true, "01")]
    public void Start_WhatPoliciesSay_DecidesWhatTheParentDoesNot(string? flags, double? percent, bool ignoresParent, bool hasSpan, string passed)
    {
        using var listener = Listen(out var stopped);
        var parent = flags is null ? null : Parent[..^2] + flags;

        var span = HopTracing.Start("default/orders/http", HopDirection.Outbound, parent, "vendor=1", Telemetry(percent, ignoresParent), new HeaderDictionary());
        span.Stop(Tags);

        Assert.Equal(hasSpan ? 1 : 0, stopped.Count);
        Assert.EndsWith($"-{passed}", span.TraceParent, StringComparison.Ordinal);
        Assert.Equal(flags is not null, span.TraceParent!.StartsWith(Parent[..35], StringComparison.Ordinal));
        Assert.DoesNotContain("b7ad6b7169203331", span.TraceParent, StringComparison.Ordinal);
        if (hasSpan && flags is not null)
        {
            Assert.Equal(("b7ad6b7169203331", "vendor=1"), (stopped[0].ParentSpanId.ToString(), stopped[0].TraceStateString));
        }
    }

    [Fact]
    public void Start_TracingIsOff_PassesOnUntouched()
    {
        using var listener = Listen(out var stopped);
        var off = new CompiledTelemetry(new HopTelemetry { IsTracingOff = true, Sampling = 100, IgnoresParent = true }, [], null);

        var span = HopTracing.Start("a", HopDirection.Inbound, Parent, null, off, new HeaderDictionary());
        span.Stop(Tags);

        Assert.Null(span.TraceParent);
        Assert.Empty(stopped);
    }

    [Fact]
    public void Start_SharesOfTraces_AreTheSameTracesForWhoeverDecides()
    {
        using var listener = Listen(out var stopped);
        var (begins, less, same) = (Telemetry(25, false), Telemetry(10, true), Telemetry(25, true));
        int began = 0, kept = 0;
        for (var i = 0; i < 4000; i++)
        {
            var first = HopTracing.Start("a", HopDirection.FrontDoor, null, null, begins, new HeaderDictionary());
            var second = HopTracing.Start("b", HopDirection.Outbound, first.TraceParent, null, less, new HeaderDictionary());
            var third = HopTracing.Start("c", HopDirection.Inbound, first.TraceParent, null, same, new HeaderDictionary());
            Assert.Equal(first.IsRecorded, third.IsRecorded);
            Assert.True(first.IsRecorded || !second.IsRecorded);
            Assert.Equal(first.TraceParent![..35], third.TraceParent![..35]);
            began += first.IsRecorded ? 1 : 0;
            kept += second.IsRecorded ? 1 : 0;
            first.Stop(Tags);
            second.Stop(Tags);
            third.Stop(Tags);
        }

        // Six standard deviations and more of 4000 draws.
        Assert.InRange(began, 1000 - 180, 1000 + 180);
        Assert.InRange(kept, 400 - 130, 400 + 130);
        Assert.Equal((2 * began) + kept, stopped.Count);
    }

    [Fact]
    public void Start_Tags_AreAttributesOfTheSpan()
    {
        using var listener = Listen(out var stopped);
        TelemetryTag[] tags =
        [
            new() { Name = "team", Literal = "web" },
            new() { Name = "tenant", Header = new("x-tenant", "none") },
            new() { Name = "missing", Header = new("x-missing", "none") },
            new() { Name = "nothing", Header = new("x-missing") },
            new() { Name = "region", Environment = new("REGION", "nowhere") },
            new() { Name = "zone", Environment = new("ZONE", "nowhere") },
            new() { Name = "long", Header = new("x-long") },
        ];
        var telemetry = new CompiledTelemetry(new HopTelemetry { Tags = [.. tags] }, [.. tags.Select(tag => new CompiledTag(tag, name => name == "REGION" ? "eu" : null, null))], null);
        var headers = new HeaderDictionary { ["X-Tenant"] = new(["a", "b"]), ["x-long"] = new string('x', 1000) };

        HopTracing.Start("a", HopDirection.Inbound, Parent, null, telemetry, headers).Stop(Tags);

        var span = Assert.Single(stopped);
        Assert.Equal(
            ("web", "a", "none", null, "eu", "nowhere", 256),
            (span.GetTagItem("team"), span.GetTagItem("tenant"), span.GetTagItem("missing"), span.GetTagItem("nothing"), span.GetTagItem("region"), span.GetTagItem("zone"), ((string)span.GetTagItem("long")!).Length));
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

    private static CompiledTelemetry Telemetry(double? percent, bool ignoresParent) => new(new HopTelemetry { Sampling = percent, IgnoresParent = ignoresParent }, [], null);

    private static ActivityListener Listen(out List<Activity> stopped)
    {
        var list = new List<Activity>();
        stopped = list;
        Heard.Value = list;
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == HopTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            // Proxies of other tests make spans too.
            ActivityStopped = activity => Heard.Value?.Add(activity),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
