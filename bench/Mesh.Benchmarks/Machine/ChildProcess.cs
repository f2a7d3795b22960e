using System.Diagnostics;
using System.Text;
using Mesh.Benchmarks.Native;

namespace Mesh.Benchmarks.Machine;

/// <summary>One process this run started, pinned to a core from its first instruction; disposing ends it.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const int Terminate = 15;
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private readonly Action<string>? _heard;

    private ChildProcess(Process process, Action<string>? heard)
    {
        _process = process;
        _heard = heard;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    /// <summary>When the process was started, as a <see cref="Stopwatch"/> timestamp.</summary>
    public long StartedAt { get; private init; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote so far, both streams; nothing where a listener takes it.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static ChildProcess Start(int core, string file, params IEnumerable<string> arguments) => Start(null, core, file, arguments);

    /// <summary>Starts a process whose every line goes to a listener, on a thread of the pool.</summary>
    public static ChildProcess StartListening(Action<string> heard, int core, string file, params IEnumerable<string> arguments) =>
        Start(heard, core, file, arguments);

    private static ChildProcess Start(Action<string>? heard, int core, string file, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };

        // A child inherits the affinity of the thread that forks it; changing it afterwards would miss the threads it starts first.
        Libc.PinThread(0, core);
        try
        {
            var at = Stopwatch.GetTimestamp();
            var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
            var child = new ChildProcess(process, heard) { StartedAt = at };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return child;
        }
        finally
        {
            Libc.PinThread(0, Cores.Load);
        }
    }

    /// <summary>Runs a program to its end and gives back what it wrote; <see langword="null"/> where it is not installed or takes too long.</summary>
    public static string? Run(TimeSpan limit, string file, params IEnumerable<string> arguments)
    {
        try
        {
            using var child = Start(Cores.Load, file, arguments);
            return child.WaitForExit(limit) ? child.Output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Writes a line to its input.</summary>
    public void Write(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public bool WaitForExit(TimeSpan limit)
    {
        if (!_process.WaitForExit(limit))
        {
            return false;
        }

        // The overload without a limit also waits for the last line of output.
        _process.WaitForExit();
        return true;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _ = Libc.Kill(_process.Id, Terminate);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(2)))
            {
                _process.Kill();
                _process.WaitForExit();
            }
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (_heard is not null)
        {
            _heard(line);
            return;
        }

        lock (_output)
        {
            // A proxy that logs every request must not eat the load generator's memory.
            if (_output.Length < 64 * 1024)
            {
                _output.AppendLine(line);
            }
        }
    }
}
