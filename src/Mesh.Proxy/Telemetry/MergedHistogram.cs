namespace Mesh.Proxy.Telemetry;

/// <summary>
/// What was counted under the same tags, maybe in several sets of buckets. What was counted in other buckets than these stands in the next higher one: it may read too long, never too short.
/// </summary>
/// <param name="bounds">Upper bounds, ascending.</param>
internal sealed class MergedHistogram(double[] bounds)
{
    /// <summary>Upper bounds, ascending.</summary>
    public double[] Bounds => bounds;

    /// <summary>How many values fell into each bucket, not cumulative; the last one has no upper bound.</summary>
    public long[] Buckets { get; } = new long[bounds.Length + 1];

    /// <summary>The sum of all values.</summary>
    public double Sum { get; private set; }

    /// <summary>Adds what was counted.</summary>
    /// <param name="series">The values.</param>
    /// <param name="counted">The upper bounds of its buckets.</param>
    public void Add(MetricSeries series, double[] counted)
    {
        Sum += series.Sum;
        for (var i = 0; i <= counted.Length; i++)
        {
            var index = i == counted.Length ? bounds.Length : Array.BinarySearch(bounds, counted[i]);
            Buckets[index < 0 ? ~index : index] += series.Bucket(i);
        }
    }
}
