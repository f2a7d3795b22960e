using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Retry;

/// <summary>How long to wait before an attempt: doubled each time, with full jitter so that callers do not come back together.</summary>
internal static class BackOff
{
    /// <summary>The pause that a response asks for; <see langword="null"/>: it asks for none, or for more than is heard.</summary>
    /// <param name="limited">Where it is looked for.</param>
    /// <param name="response">The response.</param>
    /// <param name="now">Now.</param>
    public static TimeSpan? Asked(RateLimitedBackOff limited, UpstreamResponse response, DateTimeOffset now)
    {
        foreach (var header in limited.Headers)
        {
            if (long.TryParse(response.Header(header.Name), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= uint.MaxValue)
            {
                var pause = header.IsUnixTimestamp ? DateTimeOffset.FromUnixTimeSeconds(seconds) - now : TimeSpan.FromSeconds(seconds);
                if (pause >= TimeSpan.Zero && pause <= limited.MaxInterval)
                {
                    return pause;
                }
            }
        }

        return null;
    }

    /// <summary>The pause before a retry.</summary>
    /// <param name="settings">Base and longest pause.</param>
    /// <param name="retry">Which retry: 1 for the first.</param>
    /// <param name="draw">A number from 0 up to what is given, at random.</param>
    public static TimeSpan Pause(RetrySettings settings, int retry, Func<int, int> draw)
    {
        var limit = Math.Min(settings.BackOffBase.TotalMicroseconds * Math.Pow(2, retry - 1), settings.BackOffMax.TotalMicroseconds);
        return limit < 1 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(draw((int)Math.Min(limit, int.MaxValue - 1)));
    }
}
