namespace Mesh.Cli.Running;

/// <summary>When a process that ended by itself is started again.</summary>
internal sealed record RestartPolicy
{
    /// <summary>Wait before the first new start; doubled for each further one in a row.</summary>
    public required TimeSpan FirstDelay { get; init; }

    /// <summary>Longest wait.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(16);

    /// <summary>Starts in a row after which it is left down. <see langword="null"/>: never.</summary>
    public int? MaxInARow { get; init; }

    /// <summary>The same for a process that never became ready: it is more likely wrong than unlucky.</summary>
    public int? MaxBeforeReady { get; init; }

    /// <summary>A process that ran this long ends the row. 60 s: past every start-up.</summary>
    public TimeSpan Steady { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For services: 1 s, 2 s, … 16 s, five times; twice if it never was ready.</summary>
    public static RestartPolicy Service { get; } = new() { FirstDelay = TimeSpan.FromSeconds(1), MaxInARow = 5, MaxBeforeReady = 2 };

    /// <summary>For the mesh's own processes: at once, then with growing waits of at most 1 s, for ever, since nothing can be changed or joined without them; but not if they cannot even start.</summary>
    public static RestartPolicy Infrastructure { get; } = new() { FirstDelay = TimeSpan.Zero, MaxDelay = TimeSpan.FromSeconds(1), MaxBeforeReady = 3 };

    /// <summary>The wait before the next start, or <see langword="null"/> to leave it down.</summary>
    /// <param name="inARow">Starts in a row so far that followed an end.</param>
    /// <param name="wasReady">Whether it ever was ready.</param>
    public TimeSpan? Next(int inARow, bool wasReady)
    {
        if (inARow >= (wasReady ? MaxInARow : MaxBeforeReady))
        {
            return null;
        }

        if (FirstDelay == TimeSpan.Zero)
        {
            return inARow == 0 ? TimeSpan.Zero : Doubled(TimeSpan.FromMilliseconds(250), inARow - 1);
        }

        return Doubled(FirstDelay, inARow);
    }

    private TimeSpan Doubled(TimeSpan first, int times) => TimeSpan.FromTicks(Math.Min(MaxDelay.Ticks, first.Ticks << Math.Min(times, 20)));
}
