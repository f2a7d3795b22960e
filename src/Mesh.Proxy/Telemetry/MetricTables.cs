using System.Diagnostics.Metrics;

namespace Mesh.Proxy.Telemetry;

/// <summary>Listens to this process's own instruments, for the admin endpoint. OpenTelemetry's SDK would do it too, for more memory than an idle proxy has.</summary>
internal sealed class MetricTables : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<MetricTable> _tables = [];

    public MetricTables(ProxyMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (metrics.Owns(instrument.Meter))
            {
                var table = new MetricTable(instrument);
                lock (_tables)
                {
                    _tables.Add(table);
                }

                listener.EnableMeasurementEvents(instrument, table);
            }
        };

        // Its meter is gone: nothing more will be counted in its buckets.
        _listener.MeasurementsCompleted = (_, state) =>
        {
            lock (_tables)
            {
                _tables.Remove((MetricTable)state!);
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
        lock (_tables)
        {
            return [.. _tables.OrderBy(table => table.Instrument.Name, StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();
}
