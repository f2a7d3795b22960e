namespace Mesh.Benchmarks.Scenarios;

/// <summary>One big body through one candidate.</summary>
/// <param name="Rate">MiB/s.</param>
/// <param name="Cpu">Milliseconds of both proxies per GiB.</param>
/// <param name="Peak">The larger side's peak resident set, MiB.</param>
internal sealed record StreamSample(double Rate, double Cpu, double Peak)
{
    public override string ToString() => FormattableString.Invariant($"{Rate:0} MiB/s, {Cpu:0} ms/GiB, peak {Peak:0.0} MiB");
}
