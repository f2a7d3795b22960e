namespace Mesh.Proxy.Telemetry;

/// <summary>One combination of tags of one instrument, with what was measured under it.</summary>
internal sealed class MetricSeries(KeyValuePair<string, object?>[] tags, double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _sum;
    private long _count;

    /// <summary>The tags.</summary>
    public KeyValuePair<string, object?>[] Tags => tags;

    /// <summary>The sum of a counter or histogram, or a gauge's value.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>How many values a histogram has.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The next series with the same hash.</summary>
    public MetricSeries? Next { get; init; }

    /// <summary>How many values fell into a bucket, not cumulative; the last bucket has no upper bound.</summary>
    public long Bucket(int index) => Interlocked.Read(ref _buckets![index]);

    /// <summary>Whether it is about these tags.</summary>
    public bool Matches(ReadOnlySpan<KeyValuePair<string, object?>> other)
    {
        if (other.Length != tags.Length)
        {
            return false;
        }

        for (var i = 0; i < tags.Length; i++)
        {
            if (!Equals(tags[i].Value, other[i].Value) || tags[i].Key != other[i].Key)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes a value of a gauge.</summary>
    public void Set(double value) => Volatile.Write(ref _sum, value);

    /// <summary>Takes a value of a counter or histogram.</summary>
    public void Add(double value)
    {
        if (_buckets is not null)
        {
            var index = Array.BinarySearch(bounds!, value);
            Interlocked.Increment(ref _buckets[index < 0 ? ~index : index]);
            Interlocked.Increment(ref _count);
        }

        var seen = Volatile.Read(ref _sum);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _sum, seen + value, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }
}
