using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Telemetry;

/// <summary>What policies say of metrics, as an exporter and the admin endpoint see it.</summary>
public sealed class TelemetryRegistryTests : IDisposable
{
    private const string Client = "http.client.request.duration";

    private readonly Meters _meters = new();
    private readonly ProxyMetrics _metrics;
    private readonly MetricTables _tables;
    private readonly TelemetryRegistry _registry;

    public TelemetryRegistryTests()
    {
        _metrics = new ProxyMetrics(_meters);
        _tables = new MetricTables(_metrics);
        _registry = new TelemetryRegistry(_metrics, name => name == "REGION" ? "eu" : null);
    }

    public void Dispose()
    {
        _registry.Dispose();
        _tables.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void Tags_OnMetrics_TellDurationsApart()
    {
        var telemetry = Take(new HopTelemetry
        {
            Tags =
            [
                new() { Name = "team", Literal = "web", Metrics = true },
                new() { Name = "app.region", Environment = new("REGION"), Metrics = true },
                new() { Name = "tenant", Header = new("x-tenant"), Metrics = true },
                new() { Name = "tier", Header = new("x-tier", "none"), Metrics = true },
                new() { Name = "user", Header = new("x-user") },
            ],
        });

        Complete(telemetry, ("x-tenant", "a"), ("x-user", "ann"));
        Complete(telemetry, ("x-tier", "gold"));

        Assert.Equal(
            ["team=web app.region=eu tenant=a tier=none", "team=web app.region=eu tier=gold"],
            Series().Select(tags => string.Join(' ', tags.Skip(5))).OrderByDescending(t => t.Length));
        Assert.Contains("http_response_status_code=\"200\",team=\"web\",app_region=\"eu\",tenant=\"a\",tier=\"none\"", PrometheusText.Write(_tables.Read()), StringComparison.Ordinal);
    }

    [Fact]
    public void HeaderValues_BeyondTheirNumber_AreCountedTogether()
    {
        var telemetry = Take(new HopTelemetry { Tags = [new() { Name = "tenant", Header = new("x-tenant", "none"), Metrics = true, MaxValues = 3 }] });

        Parallel.For(0, 2000, i => Complete(telemetry, ("x-tenant", (i % 100).ToString(CultureInfo.InvariantCulture))));
        Complete(telemetry);

        var values = Series().Select(tags => tags[5]).ToList();
        Assert.Equal(5, values.Count);
        Assert.Contains("tenant=_other", values);
        Assert.Contains("tenant=none", values);
    }

    [Fact]
    public void HeaderValues_AreOneLimitForAllListenersAndConfigurations()
    {
        var tag = new TelemetryTag { Name = "tenant", Header = new("x-tenant"), Metrics = true, MaxValues = 2 };
        Complete(Take(new HopTelemetry { Tags = [tag] }), ("x-tenant", "a"));
        Complete(Take(new HopTelemetry { Tags = [tag], Sampling = 5 }), ("x-tenant", "b"));

        Complete(_registry.Take("inbound", [new HopTelemetry { Tags = [tag], Sampling = 7 }]).Single(), ("x-tenant", "c"));

        Assert.Equal(["tenant=_other", "tenant=a", "tenant=b"], Series().Select(tags => tags[5]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Buckets_OfAPolicy_AreTheirOwnAndGoWithIt()
    {
        var telemetry = Take(new HopTelemetry { DurationBuckets = [0.5, 2] });
        Complete(telemetry);
        Complete(null);

        var tables = _tables.Read().Where(t => t.Instrument.Name == Client).ToList();
        Assert.Equal([MetricTable.Bounds, [0.5, 2]], tables.Select(t => t.BucketBounds!).OrderByDescending(b => b.Length));
        Assert.Equal([0L, 1, 0], Enumerable.Range(0, 3).Select(tables.Single(t => t.BucketBounds!.Length == 2).Series.Single().Bucket));
        var text = PrometheusText.Write(_tables.Read());
        Assert.Equal(2, text.Split("# TYPE http_client_request_duration_seconds histogram").Length);
        Assert.Contains(",le=\"2\"} 2\n", text, StringComparison.Ordinal);

        Take(new HopTelemetry { DurationBuckets = [1] });
        Complete(telemetry); // one that was under way

        Assert.Equal(1, Assert.Single(_tables.Read(), t => t.Instrument.Name == Client && t.BucketBounds!.Length != MetricTable.Bounds.Length).BucketBounds!.Single());
        Take(null);
        Assert.Single(_tables.Read(), t => t.Instrument.Name == Client);
    }

    [Fact]
    public void Buckets_GivenToWhatWasCountedInOthers_AreOneSeries()
    {
        Complete(null);
        Complete(null);
        Complete(Take(new HopTelemetry { DurationBuckets = [0.2, 0.7, 3] }));

        var lines = PrometheusText.Write(_tables.Read()).Split('\n').Where(line => line.StartsWith("http_client_request_duration_seconds", StringComparison.Ordinal)).ToList();

        // As a scraper reads them: no name and labels twice.
        Assert.Distinct(lines.Select(line => line[..line.LastIndexOf(' ')]));
        Assert.Equal(
            ["_bucket 0.2 0", "_bucket 0.7 0", "_bucket 3 3", "_bucket +Inf 3", "_sum - 3", "_count - 3"],
            lines.Select(line => $"{line["http_client_request_duration_seconds".Length..line.IndexOf('{')]} {(line.Split("le=\"") is [_, var le] ? le[..le.IndexOf('"')] : "-")} {line[(line.LastIndexOf(' ') + 1)..]}"));
    }

    [Fact]
    public void Buckets_StayWhileAnySideSaysThem()
    {
        var said = new HopTelemetry { DurationBuckets = [1] };
        Assert.Same(Take(said), _registry.Take("inbound", [said, said with { DurationBuckets = [1] }]).Single());

        Take(null);

        Assert.Equal(2, _tables.Read().Count(t => t.Instrument.Name == Client));
    }

    [Fact]
    public void Metrics_ThatAreOff_MeasureNoDuration()
    {
        var telemetry = Take(new HopTelemetry { AreMetricsOff = true, Tags = [new() { Name = "team", Literal = "web", Metrics = true }] });

        _metrics.RequestStarted(HopDirection.Outbound);
        Complete(telemetry);

        Assert.Empty(Series());
        Assert.Equal(0, Assert.Single(_tables.Read().Single(t => t.Instrument.Name == "mesh.active_requests").Series).Sum);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Request_WithValuesSeenBefore_AllocatesNothing(bool hasTags)
    {
        var telemetry = hasTags
            ? Take(new HopTelemetry { Sampling = 1, Tags = [new() { Name = "team", Literal = "web", Metrics = true }, new() { Name = "tenant", Header = new("x-tenant"), Metrics = true }] })
            : null;
        var headers = new HeaderDictionary { ["x-tenant"] = "a" };
        for (var i = 0; i < 100; i++)
        {
            Complete(telemetry, headers);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Complete(telemetry, headers);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private CompiledTelemetry Take(HopTelemetry? said) => _registry.Take("outbound", [said]).SingleOrDefault()!;

    private void Complete(CompiledTelemetry? telemetry, params (string Name, string Value)[] headers)
    {
        var sent = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            sent[name] = value;
        }

        Complete(telemetry, sent);
    }

    // Each takes a second.
    private void Complete(CompiledTelemetry? telemetry, HeaderDictionary headers) => _metrics.RequestCompleted(
        new RequestTags { Direction = HopDirection.Outbound, Caller = "a", Callee = "b", Method = "GET", Status = 200 }, TimeSpan.FromSeconds(1), telemetry, telemetry?.MeasuredBy(headers));

    private IEnumerable<string[]> Series() =>
        _tables.Read().Where(t => t.Instrument.Name == Client).SelectMany(t => t.Series).Select(s => s.Tags.Select(tag => $"{tag.Key}={tag.Value}").ToArray());
}
