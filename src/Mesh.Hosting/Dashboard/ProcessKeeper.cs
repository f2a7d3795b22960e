using System.Collections.Concurrent;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Dashboard;

/// <summary>
/// A process of the mesh that ends by itself is a failure that everybody sees, with its last line, and is started again: after 1 s, then twice as long each time,
/// 30 s at most, and anew from 1 s once it has run for a minute. What the user stopped stays stopped.
/// </summary>
internal sealed partial class ProcessKeeper(
    ResourceNotificationService notifications, ResourceCommandService commands, LastWords lastWords, UserStops stops, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Proven = TimeSpan.FromMinutes(1);

    /// <summary>What the orchestrator says of a process that a signal ended.</summary>
    private const int NoExitCode = -1;

    private readonly ConcurrentDictionary<IResource, Attempts> _attempts = [];

    /// <summary>Takes note of what became of a process.</summary>
    public async Task SeeAsync(ResourceEvent seen, CancellationToken stop)
    {
        var state = seen.Snapshot.State;
        var attempts = _attempts.GetOrAdd(seen.Resource, _ => new Attempts());
        if (state?.Text == KnownResourceStates.Running)
        {
            attempts.RunningSince ??= time.GetTimestamp();
            return;
        }

        // What this class itself has published bears its style: anything else is news of the orchestrator.
        if (!KnownResourceStates.TerminalStates.Contains(state?.Text) || state?.Style == KnownResourceStateStyles.Error || stops.Contains(seen.Resource) || !IsOver(seen))
        {
            return;
        }

        var failure = attempts.Failure ??= $"{Ending(seen.Snapshot)}; it last said: {await lastWords.OfAsync(seen.Resource, stop)}";
        await notifications.PublishUpdateAsync(seen.Resource, s => s.State?.Text != state?.Text ? s : s with
        {
            State = new ResourceStateSnapshot(state?.Text == KnownResourceStates.FailedToStart ? KnownResourceStates.FailedToStart : KnownResourceStates.Exited, KnownResourceStateStyles.Error),
            Properties = MeshProperties.Set(s.Properties, [MeshProperties.Failure(failure)]),
        });
        if (!attempts.IsPending)
        {
            attempts.IsPending = true;
            _ = StartAgainAsync(seen, attempts, failure, stop);
        }
    }

    private static string Ending(CustomResourceSnapshot snapshot) => snapshot switch
    {
        { State.Text: var text } when text == KnownResourceStates.FailedToStart => "could not be started",
        { ExitCode: { } code } when code != NoExitCode => string.Create(CultureInfo.InvariantCulture, $"ended with exit code {code}"),
        _ => "was killed",
    };

    // News may be old when it is read: somebody restarted it meanwhile.
    private bool IsOver(ResourceEvent seen) =>
        !notifications.TryGetCurrentState(seen.ResourceId, out var now) || KnownResourceStates.TerminalStates.Contains(now.Snapshot.State?.Text);

    private async Task StartAgainAsync(ResourceEvent seen, Attempts attempts, string failure, CancellationToken stop)
    {
        var resource = seen.Resource;
        try
        {
            attempts.Count = attempts.RunningSince is { } since && time.GetElapsedTime(since) >= Proven ? 1 : attempts.Count + 1;
            var wait = TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(attempts.Count - 1, 10)));
            Log.Ended(logger, resource.Name, failure, wait.TotalSeconds);
            await Task.Delay(wait, time, stop);
            (attempts.RunningSince, attempts.Failure, attempts.IsPending) = (null, null, false);
            if (stops.Contains(resource) || !IsOver(seen))
            {
                return;
            }

            var result = await commands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, stop);
            if (result.Success)
            {
                Log.StartedAgain(logger, resource.Name);
            }
            else
            {
                Log.NotStarted(logger, resource.Name, result.Message ?? "no reason was given");
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The app is stopping.
        }
    }

    private sealed class Attempts
    {
        public int Count { get; set; }

        public long? RunningSince { get; set; }

        public string? Failure { get; set; }

        public bool IsPending { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Error, "'{Resource}' {Failure}. It is started again in {Seconds} s.", EventName = nameof(Ended))]
        public static partial void Ended(ILogger logger, string resource, string failure, double seconds);

        [LoggerMessage(4102, LogLevel.Information, "'{Resource}' was started again.", EventName = nameof(StartedAgain))]
        public static partial void StartedAgain(ILogger logger, string resource);

        [LoggerMessage(4103, LogLevel.Error, "'{Resource}' could not be started again: {Reason}. Start it from the dashboard once that is mended.", EventName = nameof(NotStarted))]
        public static partial void NotStarted(ILogger logger, string resource, string reason);
    }
}
