using System.Numerics;

namespace Mesh.Proxy.Upstreams;

/// <summary>A count that every processor adds to in a place of its own: requests on different ones do not wait for each other's cache line.</summary>
internal sealed class StripedCount
{
    // Longs to a stripe: two cache lines, for processors fetch them in pairs.
    private const int Stride = 16;
    private static readonly int Mask = (int)Math.Min(16, BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)) - 1;

    private readonly long[] _stripes = new long[(Mask + 1) * Stride];

    /// <summary>Counts one.</summary>
    public void Add() => Interlocked.Increment(ref _stripes[(Thread.GetCurrentProcessorId() & Mask) * Stride]);

    /// <summary>What was counted since the last time.</summary>
    public long Take()
    {
        var sum = 0L;
        for (var i = 0; i < _stripes.Length; i += Stride)
        {
            sum += Interlocked.Exchange(ref _stripes[i], 0);
        }

        return sum;
    }
}
