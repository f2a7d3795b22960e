namespace Mesh.Benchmarks.Reporting;

/// <summary>One line of the targets: what was measured and whether it meets the first aim.</summary>
internal sealed record Verdict(string What, string Measured, string FirstAim, bool Met);
