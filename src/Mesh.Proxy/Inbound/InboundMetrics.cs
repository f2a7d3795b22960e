using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Inbound;

/// <summary>What is left of the limits that CircuitBreaker policies set for the receiving side. Looked up when somebody asks; no request pays for it.</summary>
internal sealed class InboundMetrics(InboundState state)
{
    /// <summary>Measures it from now on.</summary>
    public static InboundState Measure(InboundState state, ProxyMetrics metrics)
    {
        new InboundMetrics(state).AddTo(metrics.Meter);
        return state;
    }

    private IEnumerable<Measurement<long>> Remaining() => Read(item => item.Remaining);

    private IEnumerable<Measurement<long>> Overflows() => Read(item => item.Refused);

    private IEnumerable<Measurement<long>> Read(Func<(string Resource, int Remaining, long Refused), long> pick) =>
        from entry in state.Tables?.Gates.All ?? []
        from item in entry.Gate.Read()
        select new Measurement<long>(pick(item), new("mesh.port", entry.Port), new("mesh.caller", entry.Gate.Caller), new("mesh.circuit_breaker.resource", item.Resource));

    private void AddTo(Meter meter)
    {
        meter.CreateObservableGauge("mesh.circuit_breaker.inbound.remaining", Remaining, "{item}", "What is left of a limit of the receiving side: connections, pending, requests, by whose they are.");
        meter.CreateObservableCounter("mesh.circuit_breaker.inbound.overflows", Overflows, "{item}", "What such a limit did not let through; of connections to the app: those that others had to end before.");
    }
}
