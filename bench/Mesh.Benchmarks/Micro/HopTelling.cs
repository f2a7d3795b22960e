using System.Diagnostics;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Benchmarks.Micro;

/// <summary>What a hop pays to be told of: its span, or the decision that there is none, and its duration.</summary>
public class HopTelling : IDisposable
{
    private readonly HeaderDictionary _headers = new() { ["x-tenant"] = "acme" };
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private ProxyMetrics? _metrics;
    private MetricTables? _tables;
    private TelemetryRegistry? _registry;
    private ActivityListener? _collector;
    private CompiledTelemetry? _telemetry;

    /// <summary>What policies say.</summary>
    [Params("nothing", "sampling 1 %", "two tags", "two tags on metrics")]
    public string Policy { get; set; } = "nothing";

    /// <summary>Whether spans go anywhere.</summary>
    [Params(false, true)]
    public bool Collector { get; set; }

    /// <summary>Compiles the policy.</summary>
    [GlobalSetup]
    public void Compile()
    {
        _metrics = new ProxyMetrics(_services.GetRequiredService<IMeterFactory>());
        _tables = new MetricTables(_metrics);
        _registry = new TelemetryRegistry(_metrics);
        TelemetryTag team = new() { Name = "team", Literal = "checkout" };
        TelemetryTag tenant = new() { Name = "tenant", Header = new("x-tenant", "none") };
        var said = Policy switch
        {
            "sampling 1 %" => new HopTelemetry { Sampling = 1 },
            "two tags" => new HopTelemetry { Tags = [team, tenant] },
            "two tags on metrics" => new HopTelemetry { Tags = [team with { Metrics = true }, tenant with { Metrics = true }] },
            _ => null,
        };
        _telemetry = _registry.Take("outbound", [said]).SingleOrDefault();
        if (Collector)
        {
            _collector = new ActivityListener
            {
                ShouldListenTo = source => source.Name == HopTracing.SourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            };
            ActivitySource.AddActivityListener(_collector);
        }
    }

    /// <summary>Leaves the process as it was.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _collector?.Dispose();
        _registry?.Dispose();
        _tables?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A hop without a parent, from its beginning to its end.</summary>
    [Benchmark]
    public string? Hop()
    {
        var record = new HopRecord(HopDirection.Outbound, "bench/storefront", "bench/orders/http", "GET", 0);
        _metrics!.RequestStarted(HopDirection.Outbound);
        record.Begin(_headers, _telemetry);
        record.Complete(_metrics, TimeProvider.System, 200, error: null);
        return record.Span.TraceParent;
    }
}
