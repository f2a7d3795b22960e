using Mesh.Model.Bootstrap;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Composition;

/// <summary>The verbs.</summary>
internal static partial class ProxyProcess
{
    /// <summary>Does what the command line says.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(CommandLine command)
    {
        if (BootstrapReader.Read(command.Bootstrap, command.Overrides, out var violations) is not { } settings)
        {
            foreach (var violation in violations)
            {
                Terminal.Complain($"{command.Bootstrap}: {violation}");
            }

            return ExitCode.Usage;
        }

        return command.Verb switch
        {
            Verb.Check => ExitCode.Success,
            Verb.HealthCheck => Told(await AdminClient.ReadyFaultAsync(settings)),
            Verb.Drain => Told(await AdminClient.DrainFaultAsync(settings, command.Wait)),
            _ => await ServeAsync(settings),
        };
    }

    private static int Told(string? fault)
    {
        if (fault is null)
        {
            return ExitCode.Success;
        }

        Terminal.Complain(fault);
        return ExitCode.Failure;
    }

    private static async Task<int> ServeAsync(ProxySettings settings)
    {
        string? unusable = null;
        if (settings.Telemetry is null)
        {
            settings = settings with { Telemetry = TelemetryVariables.Read(Environment.GetEnvironmentVariable, out unusable) };
        }

        try
        {
            new StateDirectory(settings.StateDirectory).Prepare();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Terminal.Complain($"stateDirectory={settings.StateDirectory} ({e.Message})");
            return ExitCode.Usage;
        }

        await using var writer = new LogWriter(Terminal.OpenOutput());
        try
        {
            using var host = ProxyHost.Build(settings, writer);
            var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Mesh.Proxy");
            Log.Starting(logger, ProxyVersion.Text, settings.Id.Text, settings.Replica);
            if (unusable is not null)
            {
                Log.NoTelemetry(logger, unusable);
            }

            await host.RunAsync();
            return ExitCode.Success;
        }
        catch (IOException e)
        {
            Terminal.Complain(e.Message);
            return ExitCode.Failure;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Warning, "Traces, metrics and logs go nowhere: {Variable}.", EventName = nameof(NoTelemetry))]
        public static partial void NoTelemetry(ILogger logger, string variable);

        [LoggerMessage(3000, LogLevel.Information, "mesh-proxy {Version} of {SpiffeId}, replica {Replica}, starts.", EventName = nameof(Starting))]
        public static partial void Starting(ILogger logger, string version, string spiffeId, string replica);
    }
}
