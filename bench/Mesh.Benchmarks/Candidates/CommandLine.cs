namespace Mesh.Benchmarks.Candidates;

internal sealed record CommandLine(string Program, params string[] Arguments);
