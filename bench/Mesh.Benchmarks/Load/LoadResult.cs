namespace Mesh.Benchmarks.Load;

/// <summary>What a load generator saw.</summary>
/// <param name="Requests">Answered with 200.</param>
/// <param name="Failures">Answered with anything else, or not at all.</param>
/// <param name="Seconds">How long it ran.</param>
internal sealed record LoadResult(long Requests, long Failures, double Seconds);
