using Mesh.ControlPlane.Authority;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Composition;

/// <summary>The process: reads its file, runs, says in one line what keeps it from running.</summary>
internal static class ControlPlaneProcess
{
    /// <summary>Exit code for settings that cannot be used (EX_USAGE).</summary>
    public const int BadSettings = 64;

    /// <summary>Exit code for what is missing on the machine, such as a free port (EX_UNAVAILABLE).</summary>
    public const int Unavailable = 69;

    /// <summary>Runs to the end.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="errors">Where to say what is wrong before there is a log.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter errors, TimeProvider time)
    {
        if (args is not ["--config", var path])
        {
            await errors.WriteLineAsync("usage: mesh-control-plane --config <file.json>");
            return BadSettings;
        }

        if (SettingsFile.Read(path, out var wrong) is not { } settings)
        {
            foreach (var line in wrong)
            {
                await errors.WriteLineAsync(line);
            }

            return BadSettings;
        }

        if (settings.Telemetry is null)
        {
            settings = settings with { Telemetry = TelemetryVariables.Read(Environment.GetEnvironmentVariable, out var unusable) };
            if (unusable is not null)
            {
                await errors.WriteLineAsync($"{unusable}; traces, metrics and logs go nowhere");
            }
        }

        return await RunAsync(settings, errors, time);
    }

    private static async Task<int> RunAsync(ControlPlaneSettings settings, TextWriter errors, TimeProvider time)
    {
        // Asked before the server is built: its own error comes with a page of stack.
        foreach (var (name, value) in new[] { ("grpcAddress", settings.GrpcAddress), ("apiAddress", settings.ApiAddress) })
        {
            if (BoundAddresses.WhyNotFree(value) is { } reason)
            {
                await errors.WriteLineAsync($"{name}={value} ({reason})");
                return Unavailable;
            }
        }

        try
        {
            await using var app = ControlPlaneApplication.Build(settings, time);
            await app.RunAsync();
            return 0;
        }
        catch (AuthorityException e)
        {
            await errors.WriteLineAsync(e.Message);
            return BadSettings;
        }
        catch (IOException e) when (BoundAddresses.IsPortInUse(e))
        {
            await errors.WriteLineAsync(e.Message);
            return Unavailable;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            await errors.WriteLineAsync($"stateDirectory={settings.StateDirectory} ({e.Message})");
            return BadSettings;
        }
    }
}
