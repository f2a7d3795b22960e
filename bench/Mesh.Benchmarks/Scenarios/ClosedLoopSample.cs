using Mesh.Benchmarks.Load;
using Mesh.Benchmarks.Machine;

namespace Mesh.Benchmarks.Scenarios;

/// <summary>One round of one candidate under a closed loop.</summary>
internal sealed record ClosedLoopSample(CpuTime Near, CpuTime Far, LoadResult Load)
{
    public double Microseconds => (Near.Total + Far.Total) / Load.Requests;

    public double Rate => Load.Requests / Load.Seconds;

    public override string ToString() =>
        FormattableString.Invariant($"{Microseconds:0.0} us/request, {Rate:0} rps{(Load.Failures > 0 ? $", {Load.Failures} FAILED" : "")}");
}
