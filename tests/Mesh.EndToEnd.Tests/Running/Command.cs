using System.Diagnostics;
using Mesh.Testing;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>A program of the machine.</summary>
internal static class Command
{
    /// <summary>Its path; the test skips where it is missing.</summary>
    public static string Find(string name, string package)
    {
        var path = MachineProgram.Find(name);
        Assert.SkipWhen(path is null, $"No {name} on this machine; the package {package} has it.");
        return path;
    }

    public static async Task<(int ExitCode, string Output)> RunAsync(string file, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output + await errors);
    }
}
