using System.Diagnostics;
using System.Text.Json;
using Mesh.Testing;

namespace Mesh.Hosting.Benchmarks;

/// <summary>Runs one measured app in a process of its own, so that each start is as cold as a developer's.</summary>
internal static class Child
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs it to its end.</summary>
    /// <returns>What it saw, or why it saw nothing.</returns>
    public static (Measured? Measured, string Error) Run(Shape shape)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(Child).Assembly.Location, "app", .. shape.ToArguments()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment[AspireBundle.DcpVariable] = AspireBundle.Dcp;
        start.Environment[AspireBundle.DashboardVariable] = AspireBundle.Dashboard;
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
