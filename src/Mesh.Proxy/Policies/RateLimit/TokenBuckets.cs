using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.RateLimit;

/// <summary>The buckets of one configuration. Those whose rate is as it was are taken over, with what is in them; mesh door and front door of a port share theirs.</summary>
internal sealed class TokenBuckets(TokenBuckets? previous, TimeProvider time)
{
    private readonly Dictionary<(string Port, PrincipalMatch? Caller, string Name), TokenBucket> _buckets = [];

    // The buckets, and not what has them: that would hold the configuration before it, and so on back to the first.
    private readonly Dictionary<(string Port, PrincipalMatch? Caller, string Name), TokenBucket>? _before = previous?._buckets;

    /// <summary>The bucket of a limit.</summary>
    public TokenBucket Get(string port, PrincipalMatch? caller, string name, Rate rate)
    {
        var key = (port, caller, name);
        if (_buckets.TryGetValue(key, out var known) && known.Rate == rate)
        {
            return known;
        }

        return _buckets[key] = _before?.GetValueOrDefault(key) is { } kept && kept.Rate == rate ? kept : new TokenBucket(rate, time);
    }
}
