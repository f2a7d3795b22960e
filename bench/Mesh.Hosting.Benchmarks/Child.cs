using System.Diagnostics;
using System.Text.Json;

namespace Mesh.Hosting.Benchmarks;

/// <summary>Runs one measured app in a process of its own, so that each start is as cold as a developer's.</summary>
internal static class Child
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs it to its end.</summary>
    /// <returns>What it saw, or why it saw nothing.</returns>
    public static (Measured? Measured, string Error) Run(Shape shape)
    {
        var bundle = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspire", "bundle");
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(Child).Assembly.Location is var own && Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? own : "", "app", .. shape.ToArguments()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        if (start.ArgumentList[0].Length == 0)
        {
            start.ArgumentList.RemoveAt(0);
        }

        start.Environment.TryAdd("ASPIRE_DCP_PATH", Path.Combine(bundle, "dcp"));
        start.Environment.TryAdd("ASPIRE_DASHBOARD_PATH", Path.Combine(bundle, "managed", "aspire-managed"));
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            return (null, $"hung for {Limit.TotalMinutes:0} minutes");
        }

        var json = output.GetAwaiter().GetResult().Split('\n').LastOrDefault(l => l.StartsWith('{'));
        return process.ExitCode == 0 && json is not null
            ? (JsonSerializer.Deserialize<Measured>(json), "")
            : (null, $"exit code {process.ExitCode}: {output.GetAwaiter().GetResult()}\n{error.GetAwaiter().GetResult()}");
    }
}
