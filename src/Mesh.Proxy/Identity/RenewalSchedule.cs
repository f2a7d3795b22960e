namespace Mesh.Proxy.Identity;

/// <summary>When the next SVID is asked for.</summary>
internal sealed class RenewalSchedule(Random random)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPauseWithout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPauseWith = TimeSpan.FromSeconds(30);

    /// <summary>When an SVID is due: at its renewal time, or up to a fifth of the way to it earlier, so that replicas that started together do not ask together.</summary>
    public DateTimeOffset Due(WorkloadSvid svid)
    {
        var early = (svid.RenewAfter - svid.NotBefore) * (0.2 * random.NextDouble());
        return svid.RenewAfter - early;
    }

    /// <summary>How long to wait after a failure: doubled each time with jitter; at most 2 s while there is no valid SVID, for nothing works until then, else 30 s.</summary>
    /// <param name="failures">Failures in a row, from 1.</param>
    /// <param name="hasSvid">Whether the last SVID is still valid.</param>
    public TimeSpan Pause(int failures, bool hasSvid)
    {
        var longest = hasSvid ? LongestPauseWith : LongestPauseWithout;
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 16));
        var bound = pause < longest ? pause : longest;
        return bound * (0.5 + (0.5 * random.NextDouble()));
    }
}
