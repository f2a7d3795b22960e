namespace Mesh.Proxy.Composition;

/// <summary>
/// Ends the proxy when the process ends that the bootstrap file names, however it ends: who starts sidecars may be killed without a word. PR_SET_PDEATHSIG would not do:
/// it is tied to the thread that forked and works for direct children only, and launchers stand between an AppHost and its sidecars.
/// </summary>
internal sealed partial class ParentWatch(int processId, Func<int, IWatchedProcess?> find, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ParentWatch> logger) : BackgroundService
{
    /// <summary>How often it looks. Default: 0.5 s: one read of a kernel file.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var process = find(processId);
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (process is { IsRunning: true })
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        Log.ParentEnded(logger, processId);
        lifetime.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(3002, LogLevel.Warning, "Process {ProcessId}, with which this proxy was to end (parentProcessId), has ended: leaving the mesh, then finishing what runs.", EventName = nameof(ParentEnded))]
        public static partial void ParentEnded(ILogger logger, int processId);
    }
}
