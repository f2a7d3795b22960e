using Mesh.Model.Bootstrap;

namespace Mesh.Cli.Running;

/// <summary>Where traces, metrics and logs go: <c>--otlp</c>, else the variables of the OpenTelemetry specification.</summary>
internal static class Telemetry
{
    public static TelemetryBootstrap? Of(string? option, Func<string, string?> environment)
    {
        // Names and attributes in the user's shell are of one process; every sidecar has its own.
        var telemetry = TelemetryVariables.Read(
            name => name switch
            {
                TelemetryVariables.Endpoint => option ?? environment(name),
                TelemetryVariables.ServiceName or TelemetryVariables.ResourceAttributes => null,
                _ => environment(name),
            },
            out var fault);
        return fault is null
            ? telemetry
            : throw new CliException(ExitCode.Usage, option is null ? fault : fault.Replace($"{TelemetryVariables.Endpoint}=", "--otlp=", StringComparison.Ordinal));
    }
}
