using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>What one proxy measures from now on: the name of the instrument, and the outcome where it has one.</summary>
internal sealed class MetricLog : IDisposable
{
    private readonly ConcurrentQueue<string> _names = new();
    private readonly MeterListener _listener = new();

    public MetricLog(IServiceProvider proxy)
    {
        var meter = proxy.GetRequiredService<ProxyMetrics>().Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        _listener.Start();
    }

    public IEnumerable<string> Names => _names;

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var outcome = "";
        foreach (var tag in tags)
        {
            outcome = tag.Key == "mesh.outcome" ? $"/{tag.Value}" : outcome;
        }

        _names.Enqueue(instrument.Name + outcome);
    }
}
