using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>One round of one candidate at a fixed rate.</summary>
internal sealed record FixedRateSample(CpuTime Cpu, OpenLoopResult Load)
{
    public double Microseconds => Cpu.Total / Load.Microseconds.Length;

    public override string ToString() => FormattableString.Invariant(
        $"{Microseconds:0} us/request, p50 {Load.Percentile(0.5):0} p99 {Load.Percentile(0.99):0} us{(Load.Failures > 0 ? $", {Load.Failures} FAILED" : "")}");
}
