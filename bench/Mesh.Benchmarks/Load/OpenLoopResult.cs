namespace Mesh.Benchmarks.Load;

/// <summary>What a fixed rate saw.</summary>
/// <param name="Microseconds">Latencies from the scheduled time, ascending.</param>
/// <param name="Failures">Requests without a 200.</param>
/// <param name="Seconds">Length of the schedule.</param>
internal sealed record OpenLoopResult(double[] Microseconds, long Failures, double Seconds)
{
    public double Percentile(double share) =>
        Microseconds.Length == 0 ? double.NaN : Microseconds[Math.Min(Microseconds.Length - 1, (int)(Microseconds.Length * share))];
}
