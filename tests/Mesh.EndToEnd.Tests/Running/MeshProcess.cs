using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>A control plane or a sidecar as an AppHost starts it: with a file and an environment, and no <c>mesh up</c> around it.</summary>
internal sealed class MeshProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private MeshProcess(Process process) => _process = process;

    public string Output => string.Join('\n', _output);

    public static MeshProcess Start(string directory, string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        var (file, first) = Built.Process(directory, name);
        var start = new ProcessStartInfo(file, [.. first, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in start.Environment.Keys.Where(k => k.StartsWith("OTEL_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(variable);
        }

        foreach (var (variable, value) in variables)
        {
            start.Environment[variable] = value;
        }

        var running = new MeshProcess(Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start."));
        running._process.OutputDataReceived += (_, line) => running._output.Enqueue(line.Data ?? "");
        running._process.ErrorDataReceived += (_, line) => running._output.Enqueue(line.Data ?? "");
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Kills a process, unless it has ended.</summary>
    public static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has.
        }
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", [_process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync().WaitAsync(StopDeadline);
        }

        await _process.WaitForExitAsync().WaitAsync(StopDeadline);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().WaitAsync(StopDeadline);
        }

        _process.Dispose();
    }
}
