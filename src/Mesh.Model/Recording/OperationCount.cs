namespace Mesh.Model.Recording;

/// <summary>How often something was asked for, and with what outcome. Not safe for several threads.</summary>
public sealed class OperationCount
{
    private long[]? _durations;

    /// <summary>Answers below 400, and those whose status nobody knows.</summary>
    public long Succeeded { get; set; }

    /// <summary>Answers from 400 to 499.</summary>
    public long ClientErrors { get; set; }

    /// <summary>Answers from 500 on.</summary>
    public long ServerErrors { get; set; }

    /// <summary>How often it was still running when the recording ended: streams, mostly.</summary>
    public long Open { get; set; }

    /// <summary>How often it was asked for.</summary>
    public long Total => Succeeded + ClientErrors + ServerErrors + Open;

    /// <summary>How many took how long, by <see cref="LatencyBuckets"/>; streams and upgrades are not in it. Empty: none.</summary>
    public ReadOnlySpan<long> Durations => _durations;

    /// <summary>Counts durations.</summary>
    /// <param name="bucket">Which, by <see cref="LatencyBuckets"/>.</param>
    /// <param name="count">How many.</param>
    public void AddDuration(int bucket, long count = 1) => (_durations ??= new long[LatencyBuckets.Count])[bucket] += count;

    /// <summary>Adds what another counted.</summary>
    public void Add(OperationCount other)
    {
        Succeeded += other.Succeeded;
        ClientErrors += other.ClientErrors;
        ServerErrors += other.ServerErrors;
        Open += other.Open;
        for (var i = 0; i < other.Durations.Length; i++)
        {
            if (other.Durations[i] > 0)
            {
                AddDuration(i, other.Durations[i]);
            }
        }
    }
}
