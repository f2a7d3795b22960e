using System.Collections.Immutable;
using Mesh.Model.Bootstrap;

namespace Mesh.Cli.Running;

/// <summary>Where traces and metrics go: <c>--otlp</c>, else the variables of the OpenTelemetry specification.</summary>
internal static class Telemetry
{
    public static TelemetryBootstrap? Of(string? option, Func<string, string?> environment)
    {
        var endpoint = option ?? environment("OTEL_EXPORTER_OTLP_ENDPOINT");
        if (string.IsNullOrEmpty(endpoint))
        {
            return null;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new CliException(ExitCode.Usage, $"--otlp={endpoint} (must be an http or https URL such as http://127.0.0.1:4317)");
        }

        // 4318 is OTLP over HTTP in the specification, everything else speaks gRPC unless it is said.
        var protocol = environment("OTEL_EXPORTER_OTLP_PROTOCOL") is { Length: > 0 } said ? said : uri.Port == 4318 ? "http/protobuf" : "grpc";
        var headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var pair in (environment("OTEL_EXPORTER_OTLP_HEADERS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (pair.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                headers[pair[..equals]] = Uri.UnescapeDataString(pair[(equals + 1)..]);
            }
        }

        return new TelemetryBootstrap { Endpoint = endpoint, Protocol = protocol, Headers = headers.ToImmutable() };
    }
}
