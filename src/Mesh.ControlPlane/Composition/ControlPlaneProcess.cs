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

    /// <summary>Exit code of a health check where there is a control plane that is not ready, or none.</summary>
    public const int NotReady = 1;

    /// <summary>Runs to the end.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="errors">Where to say what is wrong before there is a log.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter errors, TimeProvider time)
    {
        if (args is not (["--config", _] or ["healthcheck", "--config", _]))
        {
            await errors.WriteLineAsync("usage: mesh-control-plane --config <file.json>\n       mesh-control-plane healthcheck --config <file.json>   exit 0 if the running one is ready, else 1");
            return BadSettings;
        }

        var path = args[^1];

        if (SettingsFile.Read(path, out var wrong) is not { } settings)
        {
            foreach (var line in wrong)
            {
                await errors.WriteLineAsync(line);
            }

            return BadSettings;
        }

        if (args.Length == 3)
        {
            return await HealthCheck.WhyNotReadyAsync(settings) is { } reason ? await SayAsync(errors, reason) : 0;
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

    private static async Task<int> SayAsync(TextWriter errors, string reason)
    {
        await errors.WriteLineAsync(reason);
        return NotReady;
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
