namespace Mesh.Model.Recording;

/// <summary>How durations are counted: four buckets for each doubling from 1 ms to 17 min, so that what is read back is at most a fifth too long and never too short.</summary>
public static class LatencyBuckets
{
    /// <summary>How many there are; the last one takes all that is longer.</summary>
    public const int Count = 81;

    private const int PerDoubling = 4;

    /// <summary>The bucket of a duration.</summary>
    public static int Of(TimeSpan duration) => duration.TotalMilliseconds <= 1 ? 0
        : Math.Min(Count - 1, (int)Math.Ceiling(Math.Log2(duration.TotalMilliseconds) * PerDoubling));

    /// <summary>The longest duration in a bucket; of the last one nobody knows.</summary>
    public static TimeSpan Bound(int bucket) => TimeSpan.FromMilliseconds(Math.Pow(2, (double)bucket / PerDoubling));

    /// <summary>What so large a share of the durations does not exceed.</summary>
    /// <param name="counts">How many there are in each bucket.</param>
    /// <param name="share">From 0 to 1.</param>
    /// <returns><see langword="null"/>: there are none.</returns>
    public static TimeSpan? Quantile(ReadOnlySpan<long> counts, double share)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        var wanted = Math.Max(1, (long)Math.Ceiling(total * share));
        for (var i = 0; i < counts.Length; i++)
        {
            wanted -= counts[i];
            if (wanted <= 0)
            {
                return Bound(i);
            }
        }

        return Bound(Count - 1);
    }
}
