using System.ComponentModel;
using System.Diagnostics;

namespace Mesh.Cli.Processes;

/// <summary>
/// A process that mesh started, in a session of its own: the terminal's Ctrl+C reaches mesh only, which then stops it in order, with all that it
/// started itself.
/// </summary>
internal sealed class ChildProcess
{
    private const int KeptLines = 30;

    private readonly Process _process;
    private readonly bool _leadsGroup;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lastLines = new();
    private readonly TimeProvider _clock;

    private ChildProcess(Process process, bool leadsGroup, bool isRead, Action<string, bool> onLine, TimeProvider clock)
    {
        (_process, _leadsGroup, _clock) = (process, leadsGroup, clock);
        Id = process.Id;
        var output = isRead ? Task.WhenAll(ReadAsync(process.StandardOutput, onLine, false), ReadAsync(process.StandardError, onLine, true)) : Task.CompletedTask;
        Exited = ExitAsync(output);
    }

    /// <summary>Its process id, and its group's.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code, 128 + n for signal n, once the process is gone and its output is read.</summary>
    public Task<int> Exited { get; }

    /// <summary>What it said last, both streams in the order they came.</summary>
    public string[] LastLines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lastLines];
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="start">What.</param>
    /// <param name="onLine">Gets every line of output, and whether it came from the error stream; on any thread.</param>
    /// <param name="clock">For the bound on reading output after the exit.</param>
    /// <exception cref="CliException">The operating system refused.</exception>
    public static ChildProcess Start(ChildStart start, Action<string, bool> onLine, TimeProvider clock)
    {
        var leader = SessionLeader.Program;
        var info = new ProcessStartInfo
        {
            FileName = leader ?? start.Program,
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = !start.SharesStreams,
            RedirectStandardOutput = !start.SharesStreams,
            RedirectStandardError = !start.SharesStreams,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        if (leader is not null)
        {
            info.ArgumentList.Add(start.Program);
        }

        foreach (var argument in start.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        try
        {
            var process = Process.Start(info) ?? throw new InvalidOperationException("Process.Start gave no process for a program.");
            if (!start.SharesStreams)
            {
                process.StandardInput.Close();
            }

            return new ChildProcess(process, leader is not null, !start.SharesStreams, onLine, clock);
        }
        catch (Win32Exception e)
        {
            throw new CliException(ExitCode.Failed, $"{start.Program} cannot be started in {start.WorkingDirectory}: {e.Message}", e);
        }
    }

    /// <summary>Asks it to end, and after the grace ends it with all that it started.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (Exited.IsCompleted)
        {
            return;
        }

        Ask();
        try
        {
            await Exited.WaitAsync(grace, _clock);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
        }
    }

    /// <summary>Sends a signal to it alone: what it started is its own to tell.</summary>
    public void Signal(int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            Kill(); // there are no signals
        }
        else if (!Exited.IsCompleted)
        {
            Signals.ToProcess(Id, signal);
        }
    }

    /// <summary>Ends it with all that it started, at once.</summary>
    public void Kill()
    {
        if (OperatingSystem.IsWindows() || !_leadsGroup)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It ended by itself in between.
            }
        }
        else
        {
            Signals.ToGroup(Id, Signals.Kill);
        }
    }

    private void Ask()
    {
        // Windows has no polite way to end a console process of another group.
        if (OperatingSystem.IsWindows())
        {
            Kill();
        }
        else if (!_leadsGroup || !Signals.ToGroup(Id, Signals.Terminate))
        {
            Signals.ToProcess(Id, Signals.Terminate);
        }
    }

    private async Task<int> ExitAsync(Task output)
    {
        await _process.WaitForExitAsync();
        if (!OperatingSystem.IsWindows() && _leadsGroup)
        {
            // What it left behind would keep its ports and its output open.
            Signals.ToGroup(Id, Signals.Kill);
        }

        await Task.WhenAny(output, Task.Delay(TimeSpan.FromSeconds(1), _clock));
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader reader, Action<string, bool> onLine, bool isError)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                if (_lastLines.Count == KeptLines)
                {
                    _lastLines.Dequeue();
                }

                _lastLines.Enqueue(line);
            }

            onLine(line, isError);
        }
    }
}
