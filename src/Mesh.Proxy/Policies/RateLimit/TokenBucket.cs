using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.RateLimit;

/// <summary>
/// A bucket of tokens that fills evenly, as one number that threads change without a lock: when it would be full again (the virtual scheduling of ATM's GCRA).
/// Envoy's buckets fill evenly too.
/// </summary>
internal sealed class TokenBucket(Rate rate, TimeProvider time)
{
    // What adding fractions again and again may be off by.
    private const double Slack = 1e-6;

    private readonly long _since = time.GetTimestamp();
    private readonly double _perToken = rate.Interval.TotalSeconds / rate.Num;
    private double _fullAt;

    /// <summary>How many in how long.</summary>
    public Rate Rate => rate;

    /// <summary>Takes a token.</summary>
    /// <param name="seconds">Taken: until it is full again. Not taken: until there is one.</param>
    public bool TryTake(out double seconds)
    {
        var now = time.GetElapsedTime(_since).TotalSeconds;
        var tolerance = _perToken * (rate.Size - 1 + Slack);
        var seen = Volatile.Read(ref _fullAt);
        while (true)
        {
            var from = Math.Max(seen, now);
            if (from - now > tolerance)
            {
                seconds = from - now - (_perToken * (rate.Size - 1));
                return false;
            }

            var next = from + _perToken;
            var before = Interlocked.CompareExchange(ref _fullAt, next, seen);
            if (before.Equals(seen))
            {
                seconds = next - now;
                return true;
            }

            seen = before;
        }
    }

    /// <summary>How many tokens are left of a bucket that is full again after so long.</summary>
    public long Left(double seconds) => Math.Max(0, (long)(rate.Size - (seconds / _perToken) + Slack));
}
