using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Retry;

/// <summary>How long to wait before an attempt: doubled each time, with full jitter so that callers do not come back together.</summary>
internal static class BackOff
{
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
