using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;
using Mesh.EndToEnd.Tests.Otlp;
using Mesh.Model.Bootstrap;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Telemetry;

/// <summary>Access logs for a collector, read with the messages that protoc makes of OTLP.</summary>
[Collection("spans")] // whoever listens to them is heard in the whole process
public sealed class OtlpAccessLogTests : IDisposable
{
    private readonly ConcurrentQueue<ExportLogsServiceRequest> _received = new();
    private readonly Meters _meters = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ProxyMetrics _metrics;
    private readonly MetricTables _tables;

    public OtlpAccessLogTests()
    {
        _metrics = new ProxyMetrics(_meters);
        _tables = new MetricTables(_metrics);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IEnumerable<LogRecord> Records => _received.SelectMany(r => r.ResourceLogs).SelectMany(r => r.ScopeLogs).SelectMany(s => s.LogRecords);

    public void Dispose()
    {
        _tables.Dispose();
        _meters.Dispose();
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Request_IsARecordOfItsTraceWithWhatWasAskedFor(string protocol)
    {
        await using var collector = await CollectorAsync(protocol, CollectAsync);
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("twelve bytes"));
        await using (var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Telemetry = Telemetry(collector, protocol),
            InboundLogs = [new AccessLog
            {
                Kind = AccessLogKind.OpenTelemetry,
                Body = "%REQ(:METHOD)% %REQ(:PATH)%",
                Attributes = Fields(("status", "%RESPONSE_CODE%"), ("sent", "%BYTES_SENT%"), ("id", "%REQ(x-id)%"), ("none", "%REQ(none)%"), ("way", "<%MESH_DIRECTION%>")),
            }],
        }))
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(pair.Url, "/orders"));
            request.Headers.TryAddWithoutValidation("x-id", "7");
            request.Headers.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            using var response = await client.SendAsync(request, Stop).InTime();
            await Eventually.IsAsync(() => !_received.IsEmpty);
        }

        var resource = Assert.Single(Assert.Single(_received).ResourceLogs);
        Assert.Contains(resource.Resource.Attributes, a => a is { Key: "service.name", Value.StringValue: "orders-mesh" });
        Assert.Contains(resource.Resource.Attributes, a => a is { Key: "service.instance.id", Value.StringValue: "orders-1" });
        var scope = Assert.Single(resource.ScopeLogs);
        Assert.Equal("Mesh.Proxy.AccessLog", scope.Scope.Name);
        var record = Assert.Single(scope.LogRecords);
        Assert.Equal(("GET /orders", "mesh.access", "INFO", 9), (record.Body.StringValue, record.EventName, record.SeverityText, record.SeverityNumber));
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", 1u), (Convert.ToHexStringLower(record.TraceId.Span), Convert.ToHexStringLower(record.SpanId.Span), record.Flags));
        Assert.Equal(["id=7", "sent=12", "status=200", "way=<inbound>"], record.Attributes.Select(a => $"{a.Key}={(a.Value.HasIntValue ? a.Value.IntValue.ToString(CultureInfo.InvariantCulture) : a.Value.StringValue)}"));
        Assert.True(record.Attributes.Single(a => a.Key == "status").Value.HasIntValue);
        Assert.InRange(record.TimeUnixNano, (ulong)DateTimeOffset.UnixEpoch.AddYears(50).ToUnixTimeMilliseconds() * 1_000_000, record.ObservedTimeUnixNano);
    }

    [Fact]
    public async Task RequestThatTheMeshRefuses_IsAWarning()
    {
        await using var collector = await CollectorAsync("grpc", CollectAsync);
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using (var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Telemetry = Telemetry(collector, "grpc"),
            Permissions = PermissionSet.Nobody,
            InboundLogs = [new AccessLog { Kind = AccessLogKind.OpenTelemetry }],
        }))
        {
            using var client = new HttpClient();
            using var response = await client.GetAsync(pair.Url, Stop).InTime();
            await Eventually.IsAsync(() => !_received.IsEmpty);
        }

        var record = Assert.Single(Records);
        Assert.Equal(("WARN", 13, ByteString.Empty), (record.SeverityText, record.SeverityNumber, record.TraceId));
        Assert.Contains(record.Attributes, a => a is { Key: "error.type", Value.StringValue: "permission_denied" });
        Assert.Contains(record.Attributes, a => a is { Key: "http.response.status_code", Value.IntValue: 403 });
        Assert.DoesNotContain(record.Attributes, a => a.Key == "mesh.upstream");
        Assert.Contains("\"GET / HTTP/1.1\" 403 permission_denied", record.Body.StringValue, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5_000)]
    [InlineData(40_000)]
    public void Record_OfAnyLength_IsWhole(int length)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["x-long"] = new string('ü', length);
        var records = new OtlpRecord(new AccessLog { Body = "%REQ(x-long)%", Attributes = Fields(("a", "<%REQ(x-long)%>")) });
        var entry = new AccessEntry { Context = context, Direction = HopDirection.Inbound, Caller = "a", Callee = "b", Status = 200, Elapsed = TimeSpan.Zero, EndedAt = DateTimeOffset.UnixEpoch, Notes = new HopNotes() };

        var record = LogRecord.Parser.ParseFrom(records.Of(entry));

        Assert.Equal((length, length + 2), (record.Body.StringValue.Length, Assert.Single(record.Attributes).Value.StringValue.Length));
        Assert.Equal("mesh.access", record.EventName);
    }

    [Fact]
    public async Task SidecarWithoutCollector_AnswersAndCountsWhatIsLost()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { InboundLogs = [new AccessLog { Kind = AccessLogKind.OpenTelemetry }] });
        using var seen = new MetricLog(pair.Callee.Services);

        using var client = new HttpClient();
        Assert.Equal("app", await client.GetStringAsync(pair.Url, Stop).InTime());

        await Eventually.IsAsync(() => seen.Names.Contains("mesh.access_log.dropped"));
    }

    [Fact]
    public async Task Records_AreGatheredUntilTheDelayIsOverOrABatchIsFull()
    {
        await using var collector = await CollectorAsync("http/protobuf", CollectAsync);
        await using var log = Start(collector, "http/protobuf", TimeSpan.FromHours(1));

        Write(log, 600);
        await Eventually.IsAsync(() => Records.Count() == 512);
        await Eventually.IsAsync(() =>
        {
            _time.Advance(TimeSpan.FromHours(1));
            return Records.Count() == 600;
        });

        Assert.Equal(2, _received.Count);
        Assert.Equal(0, Dropped());
    }

    [Theory]
    // of 3 records, sent until they are taken or lost
    [InlineData("grpc", "14 0", 3, 0)]
    [InlineData("grpc", "8 14 10 0", 3, 0)]
    [InlineData("grpc", "14 14 14 14 0", 0, 3)]
    [InlineData("grpc", "3 0", 0, 3)]
    [InlineData("grpc", "rejects2", 3, 2)]
    [InlineData("http/protobuf", "503 200", 3, 0)]
    [InlineData("http/protobuf", "429 502 504 200", 3, 0)]
    [InlineData("http/protobuf", "503 503 503 503 200", 0, 3)]
    [InlineData("http/protobuf", "400 200", 0, 3)]
    [InlineData("http/protobuf", "rejects2", 3, 2)]
    public async Task CollectorThatTakesNothing_IsAskedAgainWhereItMayTakeThemLater(string protocol, string answers, int arrived, int lost)
    {
        var left = new Queue<string>(answers.Split(' '));
        await using var collector = await CollectorAsync(protocol, async context =>
        {
            var answer = left.Dequeue();
            if (answer is "0" or "200" or "rejects2")
            {
                await CollectAsync(context, answer == "rejects2" ? new ExportLogsServiceResponse { PartialSuccess = new() { RejectedLogRecords = 2 } } : new());
            }
            else if (protocol == "grpc")
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["grpc-status"] = answer;
            }
            else
            {
                context.Response.StatusCode = int.Parse(answer, CultureInfo.InvariantCulture);
            }
        });
        // Until time goes on all are gathered into one batch.
        await using var log = Start(collector, protocol, TimeSpan.FromSeconds(1));

        Write(log, 3);
        await Eventually.IsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return Dropped() == lost && Records.Count() == arrived;
        });
    }

    [Fact]
    public async Task End_WhileRecordsAreGathered_SendsThem()
    {
        await using var collector = await CollectorAsync("grpc", CollectAsync);
        var log = Start(collector, "grpc", TimeSpan.FromHours(1));
        Write(log, 3);

        await log.DisposeAsync().InTime();

        Assert.Equal(3, Records.Count());
        Assert.Equal(0, Dropped());
    }

    [Fact]
    public async Task CollectorThatHangs_LosesRecordsAndHoldsUpNobody()
    {
        var arrived = new TaskCompletionSource();
        await using var collector = await CollectorAsync("grpc", context =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        var log = Start(collector, "grpc", TimeSpan.Zero);
        Write(log, 512);
        await arrived.Task.InTime();

        Write(log, OtlpAccessLog.Capacity + 1000);
        Assert.InRange(Dropped(), 1000, 1000 + 511); // one batch, of whatever size, is on its way

        var ended = log.DisposeAsync();
        while (!ended.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await ended;
        Assert.Equal(512 + OtlpAccessLog.Capacity + 1000, Dropped());
    }

    private static void Write(OtlpAccessLog log, int records)
    {
        for (var i = 0; i < records; i++)
        {
            log.Write(new LogRecord { EventName = "a" }.ToByteArray());
        }
    }

    private static Task<TestApp> CollectorAsync(string protocol, RequestDelegate take) => TestApp.StartAsync(take, protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1);

    private static TelemetryBootstrap Telemetry(TestApp collector, string protocol) => new()
    {
        Endpoint = $"http://{collector.Address}/",
        Protocol = protocol,
        Headers = ImmutableSortedDictionary<string, string>.Empty.Add("x-api-key", "a key"),
        LogDelayMilliseconds = 0,
    };

    private static ImmutableSortedDictionary<string, string> Fields(params (string Name, string Value)[] fields) => fields.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);

    private OtlpAccessLog Start(TestApp collector, string protocol, TimeSpan delay) => new(
        new OtlpClient(Telemetry(collector, protocol)), new OtlpBatch(new Dictionary<string, object> { ["service.name"] = "orders" }), delay, _metrics, _time, NullLogger.Instance);

    private double Dropped() => _tables.Read().Single(table => table.Instrument.Name == "mesh.access_log.dropped").Series.Sum(series => series.Sum);

    private Task CollectAsync(HttpContext context) => CollectAsync(context, new());

    private async Task CollectAsync(HttpContext context, ExportLogsServiceResponse answer)
    {
        var isGrpc = context.Request.ContentType == "application/grpc";
        Assert.Equal(isGrpc ? "/opentelemetry.proto.collector.logs.v1.LogsService/Export" : "/v1/logs", context.Request.Path);
        Assert.Equal("a key", context.Request.Headers["x-api-key"]);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _received.Enqueue(ExportLogsServiceRequest.Parser.ParseFrom(body.ToArray().AsSpan(isGrpc ? 5 : 0)));
        var bytes = answer.ToByteArray();
        context.Response.ContentType = context.Request.ContentType;
        if (isGrpc)
        {
            await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, (byte)bytes.Length }, context.RequestAborted);
        }

        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        if (isGrpc)
        {
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
