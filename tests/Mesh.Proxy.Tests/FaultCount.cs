using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Tests.Pair;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>Counts what one proxy counts of faults.</summary>
internal sealed class FaultCount : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _count;

    public FaultCount(TestProxy proxy)
    {
        var meter = proxy.Services.GetRequiredService<ProxyMetrics>().Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "mesh.faults" && ReferenceEquals(instrument.Meter, meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            Interlocked.Add(ref _count, value);
            foreach (var (name, tag) in tags)
            {
                if (name == "mesh.fault.kind")
                {
                    _first.TrySetResult($"{tag}");
                }
            }
        });
        _listener.Start();
    }

    /// <summary>The kind of the first.</summary>
    public Task<string> First => _first.Task;

    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
