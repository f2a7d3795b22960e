using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace Mesh.Proxy.Telemetry;

/// <summary>
/// The durations of requests in buckets that a policy says. Buckets are an instrument's for as long as it lives, so that other ones are other instruments of the same names, on a meter of the same
/// name: exporters take them for what they are, the same metric, and forget them with their meter.
/// </summary>
internal sealed class DurationInstruments : IDisposable
{
    private readonly Meter _meter;

    /// <summary>Makes them.</summary>
    /// <param name="owner">Whose instruments they are.</param>
    /// <param name="bounds">Upper bounds in seconds, ascending.</param>
    public DurationInstruments(ProxyMetrics owner, ImmutableArray<double> bounds)
    {
        Bounds = bounds;
        _meter = new Meter(new MeterOptions(ProxyMetrics.MeterName) { Scope = owner });
        (Server, Client) = ProxyMetrics.Durations(_meter, [.. bounds]);
    }

    /// <summary>The upper bounds.</summary>
    public ImmutableArray<double> Bounds { get; }

    /// <summary>Requests that came in.</summary>
    public Histogram<double> Server { get; }

    /// <summary>Requests that were sent.</summary>
    public Histogram<double> Client { get; }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
