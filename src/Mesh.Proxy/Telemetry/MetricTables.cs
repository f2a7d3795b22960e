using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Mesh.Proxy.Telemetry;

/// <summary>Listens to this process's own instruments, for the admin endpoint. OpenTelemetry's SDK would do it too, for more memory than an idle proxy has.</summary>
internal sealed class MetricTables : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentBag<MetricTable> _tables = [];

    public MetricTables(ProxyMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter))
            {
                var table = new MetricTable(instrument);
                _tables.Add(table);
                listener.EnableMeasurementEvents(instrument, table);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricTable)state!).Take(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricTable)state!).Take(value, tags));
        _listener.Start();
    }

    /// <summary>Asks the gauges, and gives all instruments by name.</summary>
    public IReadOnlyList<MetricTable> Read()
    {
        _listener.RecordObservableInstruments();
        return [.. _tables.OrderBy(table => table.Instrument.Name, StringComparer.Ordinal)];
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();
}
