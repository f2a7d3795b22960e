using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Tests.Telemetry;

public sealed class MetricsTests : IDisposable
{
    private readonly Meters _meters = new();
    private readonly ProxyMetrics _metrics;
    private readonly MetricTables _tables;

    public MetricsTests()
    {
        _metrics = new ProxyMetrics(_meters);
        _tables = new MetricTables(_metrics);
    }

    [Fact]
    public void Text_OneRequest_HasItsSeries()
    {
        _metrics.RequestStarted(HopDirection.Outbound);
        _metrics.RequestCompleted(Tags("GET"), TimeSpan.FromMilliseconds(3));

        var text = PrometheusText.Write(_tables.Read());

        const string Labels = """mesh_caller="default/shop",mesh_callee="default/orders/http",mesh_direction="outbound",http_request_method="GET",http_response_status_code="200",http_route="all" """;
        Assert.Contains($"http_client_request_duration_seconds_bucket{{{Labels.TrimEnd()},le=\"0.0025\"}} 0\n", text, StringComparison.Ordinal);
        Assert.Contains($"http_client_request_duration_seconds_bucket{{{Labels.TrimEnd()},le=\"0.005\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"http_client_request_duration_seconds_bucket{{{Labels.TrimEnd()},le=\"+Inf\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"http_client_request_duration_seconds_sum{{{Labels.TrimEnd()}}} 0.003\n", text, StringComparison.Ordinal);
        Assert.Contains("mesh_active_requests{mesh_direction=\"outbound\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE http_client_request_duration_seconds histogram\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Durations_AreCountedByExportersAsInTheText()
    {
        var advised = new Dictionary<string, IReadOnlyList<double>?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                // Apps and proxies of other tests make instruments at the same time, on threads of their own, and web servers some of the same names.
                if (ReferenceEquals(instrument.Meter, _metrics.Meter))
                {
                    advised.Add(instrument.Name, (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries);
                }
            },
        };

        listener.Start();

        foreach (var name in (string[])["http.server.request.duration", "http.client.request.duration", "mesh.tunnel.duration"])
        {
            Assert.Equal(MetricTable.Bounds, advised[name]);
        }
    }

    [Fact]
    public void Method_MadeUpByTheCaller_IsCountedAsOther()
    {
        _metrics.RequestCompleted(Tags("EVIL1"), TimeSpan.Zero);
        _metrics.RequestCompleted(Tags("EVIL2"), TimeSpan.Zero);

        var series = Assert.Single(Table("http.client.request.duration").Series);
        Assert.Contains(series.Tags, tag => tag is { Key: "http.request.method", Value: "_OTHER" });
        Assert.Equal(2, series.Count);
    }

    [Fact]
    public void Series_BeyondTheLimit_AreCountedTogether()
    {
        for (var i = 0; i < MetricTable.Limit + 50; i++)
        {
            _metrics.ShadowDenied($"ns/caller-{i}", "default/orders/http", "TrafficPermission default/orders");
        }

        var series = Table("mesh.shadow_denials").Series.ToList();
        Assert.Equal(MetricTable.Limit + 1, series.Count);
        Assert.Equal(50, Assert.Single(series, s => s.Tags[0].Key == "otel.metric.overflow").Sum);
    }

    [Fact]
    public void Label_WithQuotesAndNewLines_IsEscaped()
    {
        _metrics.ShadowDenied("a\"b\\c\nd", "x", "y");

        Assert.Contains("""mesh_caller="a\"b\\c\nd",""", PrometheusText.Write(_tables.Read()), StringComparison.Ordinal);
    }

    [Fact]
    public void Tunnel_Closed_CountsBothWays()
    {
        _metrics.TunnelClosed(new TunnelTags { Direction = HopDirection.Inbound, Caller = "a", Callee = "b" }, TimeSpan.FromSeconds(2), 10, 20);

        var text = PrometheusText.Write(_tables.Read());
        Assert.Contains("mesh_tunnel_io_bytes_total{mesh_caller=\"a\",mesh_callee=\"b\",mesh_direction=\"inbound\",network_io_direction=\"transmit\"} 10\n", text, StringComparison.Ordinal);
        Assert.Contains("mesh_tunnel_duration_seconds_sum{mesh_caller=\"a\",mesh_callee=\"b\",mesh_direction=\"inbound\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Request_SeenBefore_AllocatesNothing()
    {
        var tags = Tags("GET");
        Record(tags);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Record(tags);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public void Dispose()
    {
        _tables.Dispose();
        _meters.Dispose();
    }

    private void Record(in RequestTags tags)
    {
        for (var i = 0; i < 100; i++)
        {
            _metrics.RequestStarted(HopDirection.Outbound);
            _metrics.RequestCompleted(tags, TimeSpan.FromMilliseconds(i));
        }
    }

    private MetricTable Table(string name) => Assert.Single(_tables.Read(), table => table.Instrument.Name == name);

    private static RequestTags Tags(string method) => new()
    {
        Direction = HopDirection.Outbound,
        Caller = "default/shop",
        Callee = "default/orders/http",
        Route = "all",
        Method = method,
        Status = 200,
    };
}
