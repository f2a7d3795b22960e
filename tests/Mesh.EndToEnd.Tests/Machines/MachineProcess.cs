using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>A process on a machine, with what it said.</summary>
internal sealed class MachineProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private volatile string _lastError = "";

    private MachineProcess(Process process) => _process = process;

    /// <summary>Output and error stream.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>What it said last on the error stream: nobody can tell what of two streams was said last.</summary>
    public string LastLine => _lastError;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static MachineProcess Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var running = new MachineProcess(Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start."));
        running._process.OutputDataReceived += (_, line) => running._said.Enqueue(line.Data ?? "");
        running._process.ErrorDataReceived += (_, line) =>
        {
            running._said.Enqueue(line.Data ?? "");
            running._lastError = line.Data is { Length: > 0 } said ? said : running._lastError;
        };
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"It has not ended within {Deadline}:\n{Said}");
        }

        return _process.ExitCode;
    }

    /// <summary>The process that it started whose command line has this word.</summary>
    public int Child(string word) => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .First(id => id > 0 && ParentOf(id) == Id && ReadOrNothing($"/proc/{id}/cmdline").Contains(word, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        try
        {
            // In order, and at once: what it started ends with it.
            for (var i = 0; i < 2 && !_process.HasExited; i++)
            {
                using var kill = Process.Start("kill", [Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync().WaitAsync(Deadline);
            }

            await _process.WaitForExitAsync().WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    // "4711 (name) S 4710 …"
    private static int ParentOf(int id) => ReadOrNothing($"/proc/{id}/stat") is { Length: > 0 } stat
        ? int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
        : 0;

    private static string ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
