using System.Collections.Immutable;
using System.Globalization;

namespace Mesh.Model.Bootstrap;

/// <summary>
/// Reads where telemetry goes from the variables of the OpenTelemetry specification
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/): what an AppHost or a shell sets for every process.
/// </summary>
public static class TelemetryVariables
{
    /// <summary>Base URL of the collector.</summary>
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary><c>grpc</c> or <c>http/protobuf</c>.</summary>
    public const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>Headers of every export, <c>name=value,name=value</c>, values percent-encoded.</summary>
    public const string Headers = "OTEL_EXPORTER_OTLP_HEADERS";

    /// <summary><c>service.name</c>.</summary>
    public const string ServiceName = "OTEL_SERVICE_NAME";

    /// <summary>Attributes of the resource, written like <see cref="Headers"/>.</summary>
    public const string ResourceAttributes = "OTEL_RESOURCE_ATTRIBUTES";

    /// <summary>Milliseconds that spans are gathered.</summary>
    public const string TraceDelay = "OTEL_BSP_SCHEDULE_DELAY";

    /// <summary>Milliseconds between exports of metrics.</summary>
    public const string MetricInterval = "OTEL_METRIC_EXPORT_INTERVAL";

    /// <summary>Milliseconds that log records are gathered.</summary>
    public const string LogDelay = "OTEL_BLRP_SCHEDULE_DELAY";

    private const string Disabled = "OTEL_SDK_DISABLED";

    // OTLP over HTTP in the specification.
    private const int HttpPort = 4318;

    /// <summary>Reads them.</summary>
    /// <param name="variables">Gives a variable's value.</param>
    /// <param name="fault">What cannot be used, <c>NAME=value (reason)</c>; then there is no telemetry, which is no reason not to run. <see langword="null"/>: nothing.</param>
    /// <returns><see langword="null"/>: no endpoint is named, or telemetry is disabled.</returns>
    public static TelemetryBootstrap? Read(Func<string, string?> variables, out string? fault)
    {
        fault = null;
        if (variables(Endpoint) is not { Length: > 0 } endpoint || string.Equals(variables(Disabled), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            fault = $"{Endpoint}={endpoint} (must be an http or https URL such as http://127.0.0.1:4317)";
            return null;
        }

        // The specification leaves the default to the SDK; .NET's is gRPC, which nobody speaks on the port of the other.
        var protocol = variables(Protocol) is { Length: > 0 } said ? said : uri.Port == HttpPort ? TelemetryBootstrap.HttpProtobuf : TelemetryBootstrap.Grpc;
        if (!TelemetryBootstrap.IsProtocol(protocol))
        {
            fault = $"{Protocol}={protocol} (must be grpc or http/protobuf)";
            return null;
        }

        return new TelemetryBootstrap
        {
            Endpoint = endpoint,
            Protocol = protocol,
            Headers = Pairs(variables(Headers)),
            ServiceName = variables(ServiceName) is { Length: > 0 } name ? name : null,
            ResourceAttributes = Pairs(variables(ResourceAttributes)),
            TraceDelayMilliseconds = Milliseconds(variables(TraceDelay)),
            MetricIntervalMilliseconds = Milliseconds(variables(MetricInterval)),
            LogDelayMilliseconds = Milliseconds(variables(LogDelay)),
        };
    }

    private static ImmutableSortedDictionary<string, string> Pairs(string? text)
    {
        var pairs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var pair in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (pair.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                pairs[pair[..equals].Trim()] = Uri.UnescapeDataString(pair[(equals + 1)..].Trim());
            }
        }

        return pairs.ToImmutable();
    }

    // What is no number counts as not set, as the specification asks.
    private static int? Milliseconds(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
