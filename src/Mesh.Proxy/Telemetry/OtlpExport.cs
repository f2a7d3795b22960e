using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mesh.Proxy.Telemetry;

/// <summary>Sends spans and metrics to a collector. Made only where the bootstrap names one: without it nothing of OpenTelemetry's SDK is loaded.</summary>
internal sealed class OtlpExport(ProxySettings settings, TelemetryBootstrap telemetry) : IHostedService, IDisposable
{
    private TracerProvider? _tracer;
    private MeterProvider? _meter;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The caller's decision to sample is kept (parent based); traces that begin here are all recorded, for only a configured collector costs anything.
        _tracer = Sdk.CreateTracerProviderBuilder()
            .AddSource(HopTracing.SourceName)
            .SetResourceBuilder(Resource(settings, telemetry))
            .AddOtlpExporter(options => Configure(options, telemetry, "traces"))
            .Build();
        _meter = Sdk.CreateMeterProviderBuilder()
            .AddMeter(ProxyMetrics.MeterName)
            .SetResourceBuilder(Resource(settings, telemetry))
            .AddOtlpExporter(options => Configure(options, telemetry, "metrics"))
            .Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Shutdown waits for the last export; a pool thread may, and the host's deadline stands above it.
        return Task.Run(
            () =>
            {
                _tracer?.Shutdown(2000);
                _meter?.Shutdown(2000);
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _tracer?.Dispose();
        _meter?.Dispose();
    }

    /// <summary>Sends logs as well.</summary>
    public static void AddLogs(ILoggingBuilder logging, ProxySettings settings, TelemetryBootstrap telemetry) => logging.AddOpenTelemetry(options =>
    {
        options.SetResourceBuilder(Resource(settings, telemetry));
        options.IncludeFormattedMessage = true;
        options.AddOtlpExporter(exporter => Configure(exporter, telemetry, "logs"));
    });

    private static void Configure(OtlpExporterOptions options, TelemetryBootstrap telemetry, string signal)
    {
        var isGrpc = telemetry.Protocol == "grpc";
        options.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;

        // A base URL: over HTTP each signal has its own path, which the SDK only adds to URLs out of the environment.
        options.Endpoint = isGrpc ? new Uri(telemetry.Endpoint) : new Uri($"{telemetry.Endpoint.TrimEnd('/')}/v1/{signal}");
        options.Headers = string.Join(',', telemetry.Headers.Select(header => $"{header.Key}={Uri.EscapeDataString(header.Value)}"));
    }

    private static ResourceBuilder Resource(ProxySettings settings, TelemetryBootstrap telemetry) => ResourceBuilder.CreateEmpty()
        .AddService(telemetry.ServiceName ?? Name(settings.Service), settings.Service.Namespace, ProxyVersion.Text, autoGenerateServiceInstanceId: false, settings.Replica);

    private static string Name(ServiceId service) => $"{service.Name}-mesh";
}
