using Mesh.Cli.Processes;

namespace Mesh.Cli.Tests.Processes;

/// <summary>Children that are little shell scripts.</summary>
internal static class Shell
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static void Needed() => Assert.SkipWhen(
        SessionLeader.Program is null || ProgramSearch.Find("sh", "/") is null, "needs sh and setsid(1): process groups are tested on Linux; install util-linux");

    public static ChildStart Script(string script) => new() { Program = ProgramSearch.Find("sh", "/")!, Arguments = ["-c", script], WorkingDirectory = Path.GetTempPath() };

    public static ChildProcess Run(string script, Action<string>? onLine = null) => ChildProcess.Start(Script(script), (line, _) => onLine?.Invoke(line), TimeProvider.System);

    /// <summary>Starts a script and waits for its first line.</summary>
    public static async Task<(ChildProcess Child, string Line)> RunUntilFirstLineAsync(string script)
    {
        var first = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var child = Run(script, line => first.TrySetResult(line));
        return (child, await first.Task.WaitAsync(Soon));
    }

    /// <summary>Whether a process is there and is no zombie.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It is gone, perhaps while it was looked at.
            return false;
        }
    }
}
