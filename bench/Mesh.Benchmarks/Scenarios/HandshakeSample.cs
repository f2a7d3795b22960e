namespace Mesh.Benchmarks.Scenarios;

/// <summary>One burst of new connections.</summary>
/// <param name="Near">CPU of the calling side per connection, microseconds.</param>
/// <param name="Far">CPU of the called side per connection, microseconds.</param>
/// <param name="Rate">Connections per second.</param>
/// <param name="Failures">Connections without a 200.</param>
internal sealed record HandshakeSample(double Near, double Far, double Rate, long Failures)
{
    public double Total => Near + Far;

    public override string ToString() => FormattableString.Invariant(
        $"{Near:0} + {Far:0} us per connection, {Rate:0}/s{(Failures > 0 ? $", {Failures} FAILED" : "")}");
}
