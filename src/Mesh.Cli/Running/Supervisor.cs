using System.Globalization;
using Mesh.Cli.Processes;

namespace Mesh.Cli.Running;

/// <summary>Keeps one process running: starts it, says how it ended, starts it again as the policy has it, stops it.</summary>
internal sealed class Supervisor(string name, RestartPolicy policy, Launcher launcher) : IDisposable
{
    private const int ShownLines = 10;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<ProcessEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChildProcess? _child;
    private bool _restarting;
    private bool _started;

    /// <summary>How it is called.</summary>
    public string Name => name;

    /// <summary>What to start; asked each time.</summary>
    public required Func<ChildStart> Describe { get; init; }

    /// <summary>Whether a line of output is shown. Default: all.</summary>
    public Func<string, bool> Show { get; init; } = _ => true;

    /// <summary>Whether this exit code says that the process declines to run. Default: none does.</summary>
    public Func<int, bool> Declines { get; init; } = _ => false;

    /// <summary>Runs after each start: waits until it works, and completes then.</summary>
    public Func<ChildProcess, CancellationToken, Task> UntilReady { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Completes when it stays down.</summary>
    public Task<ProcessEnd> Ended => _ended.Task;

    /// <summary>Completes when it works for the first time; never if it never does.</summary>
    public Task Ready => _ready.Task;

    /// <summary>How often it was started again after it ended by itself.</summary>
    public int Restarts { get; private set; }

    /// <summary>Why it failed, for the summary.</summary>
    public string? Failure { get; private set; }

    /// <summary>The process id, while it runs.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_gate)
            {
                return _child is { Exited.IsCompleted: false } child ? child.Id : null;
            }
        }
    }

    /// <summary>Starts it, once.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_started || _stopping.IsCancellationRequested)
            {
                return;
            }

            _started = true;
        }

        _ = RunAsync();
    }

    /// <summary>Stops it for good.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        ChildProcess? child;
        lock (_gate)
        {
            _stopping.Cancel();
            child = _child;
            if (!_started)
            {
                _ended.TrySetResult(ProcessEnd.Stopped);
            }
        }

        if (child is not null)
        {
            await child.StopAsync(grace);
        }

        await Ended;
    }

    /// <summary>Ends it and all it started at once.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _stopping.Cancel();
            _child?.Kill();
        }
    }

    /// <summary>Stops it and starts it again, because what it is started with has changed.</summary>
    public async Task RestartAsync(TimeSpan grace)
    {
        ChildProcess? child;
        lock (_gate)
        {
            child = _child;
            _restarting = child is { Exited.IsCompleted: false };
        }

        if (child is not null)
        {
            await child.StopAsync(grace);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        var inARow = 0;
        while (true)
        {
            var startedAt = launcher.Clock.GetTimestamp();
            ChildProcess child;
            try
            {
                child = launcher.Start(name, Describe(), Show);
            }
            catch (CliException e)
            {
                Fail(e.Message);
                return;
            }

            lock (_gate)
            {
                _child = child;
                if (_stopping.IsCancellationRequested)
                {
                    child.Kill();
                }
            }

            var code = await WatchAsync(child);
            bool planned;
            lock (_gate)
            {
                planned = _restarting;
                (_restarting, _child) = (false, null);
            }

            if (_stopping.IsCancellationRequested)
            {
                _ended.TrySetResult(ProcessEnd.Stopped);
                return;
            }

            if (planned)
            {
                continue;
            }

            if (!Ready.IsCompletedSuccessfully && Declines(code))
            {
                Failure = $"declined to run here (exit code {code}).{LastWords(child, 3)}";
                _ended.TrySetResult(ProcessEnd.Declined);
                return;
            }

            var ran = launcher.Clock.GetElapsedTime(startedAt);
            inARow = ran >= policy.Steady ? 0 : inARow;
            if (await AgainAsync(child, code, ran, inARow) is not true)
            {
                return;
            }

            inARow++;
            Restarts++;
        }
    }

    private async Task<int> WatchAsync(ChildProcess child)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var ready = UntilReadyAsync(child, gone.Token);
        var code = await child.Exited;
        await gone.CancelAsync();
        await ready;
        return code;
    }

    private async Task UntilReadyAsync(ChildProcess child, CancellationToken gone)
    {
        try
        {
            await UntilReady(child, gone);
            if (_ready.Task.IsCompleted)
            {
                launcher.Printer.Say($"{name} is ready again.");
            }

            _ready.TrySetResult();
        }
        catch (OperationCanceledException)
        {
            // It ended before it was ready, which is reported where it ended.
        }
    }

    private async Task<bool> AgainAsync(ChildProcess child, int code, TimeSpan ran, int inARow)
    {
        var how = string.Create(CultureInfo.InvariantCulture, $"{name} ended after {ran.TotalSeconds:0.0} s with {ExitWords.Of(code)}");
        if (policy.Next(inARow, Ready.IsCompletedSuccessfully) is not { } delay)
        {
            Fail($"{how}; it is not started again{(inARow > 0 ? string.Create(CultureInfo.InvariantCulture, $" after {inARow} attempts") : "")}.{LastWords(child, ShownLines)}");
            return false;
        }

        var next = delay == TimeSpan.Zero ? "starting it again" : string.Create(CultureInfo.InvariantCulture, $"starting it again in {delay.TotalSeconds:0.##} s");
        launcher.Printer.Warn($"{how}; {next}.{LastWords(child, ShownLines)}");
        try
        {
            await Task.Delay(delay, launcher.Clock, _stopping.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            _ended.TrySetResult(ProcessEnd.Stopped);
            return false;
        }
    }

    private void Fail(string why)
    {
        Failure = why;
        launcher.Printer.Warn(why);
        _ended.TrySetResult(ProcessEnd.Failed);
    }

    private static string LastWords(ChildProcess child, int most)
    {
        var lines = child.LastLines.Where(l => l.Length > 0).TakeLast(most).ToList();
        return lines.Count == 0 ? " It said nothing." : $" It said last:\n{string.Join('\n', lines.Select(l => $"    {l}"))}";
    }
}
