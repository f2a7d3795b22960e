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

/// <summary>Sends spans and metrics to a collector. Made only where the bootstrap or the environment names one: without it nothing of OpenTelemetry's SDK is loaded.</summary>
internal sealed class OtlpExport(ProxySettings settings, TelemetryBootstrap telemetry, LoggerProvider logs) : IHostedService, IDisposable
{
    // Milliseconds. A collector that hangs must not hold up a restart.
    private const int LastExport = 2000;

    private TracerProvider? _tracer;
    private MeterProvider? _meter;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The caller's decision to sample is kept (parent based); traces that begin here are all recorded, for only a configured collector costs anything.
        _tracer = Sdk.CreateTracerProviderBuilder()
            .AddSource(HopTracing.SourceName)
            .SetResourceBuilder(Resource(settings, telemetry))
            .AddOtlpExporter(options =>
            {
                Configure(options, telemetry, "traces");
                Set(telemetry.TraceDelayMilliseconds, delay => options.BatchExportProcessorOptions.ScheduledDelayMilliseconds = delay);
            })
            .Build();
        _meter = Sdk.CreateMeterProviderBuilder()
            .AddMeter(ProxyMetrics.MeterName)
            .SetResourceBuilder(Resource(settings, telemetry))
            .AddOtlpExporter((options, reader) =>
            {
                Configure(options, telemetry, "metrics");
                Set(telemetry.MetricIntervalMilliseconds, interval => reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = interval);
            })
            .Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Shutdown waits for the last export; pool threads may, all at once, and the host's deadline stands above it.
        return Task.WhenAll(
            Task.Run(() => _tracer?.Shutdown(LastExport), cancellationToken),
            Task.Run(() => _meter?.Shutdown(LastExport), cancellationToken),
            Task.Run(() => logs.Shutdown(LastExport), cancellationToken));
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
        options.AddOtlpExporter((exporter, processor) =>
        {
            Configure(exporter, telemetry, "logs");
            Set(telemetry.LogDelayMilliseconds, delay => processor.BatchExportProcessorOptions.ScheduledDelayMilliseconds = delay);
        });
    });

    private static void Configure(OtlpExporterOptions options, TelemetryBootstrap telemetry, string signal)
    {
        // With its signal's path: the SDK adds it only to URLs out of the environment.
        options.Protocol = telemetry.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = telemetry.UrlOf(signal);
        // The SDK decodes headers before it splits them, those of the environment too: a comma in a key would end the process.
        options.Headers = "";
        options.HttpClientFactory = () => Client(telemetry, options.TimeoutMilliseconds);
    }

    /// <summary>What speaks to the collector.</summary>
    /// <param name="telemetry">The collector.</param>
    /// <param name="timeout">Milliseconds.</param>
    internal static HttpClient Client(TelemetryBootstrap telemetry, int timeout)
    {
        var client = new HttpClient { Timeout = TimeSpan.FromMilliseconds(timeout) };
        foreach (var (name, value) in telemetry.Headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return client;
    }

    private static void Set(int? value, Action<int> set)
    {
        if (value is { } given)
        {
            set(given);
        }
    }

    private static ResourceBuilder Resource(ProxySettings settings, TelemetryBootstrap telemetry) => ResourceBuilder.CreateEmpty().AddAttributes(ResourceOf(settings, telemetry));

    /// <summary>Whose spans, metrics and logs they are.</summary>
    internal static Dictionary<string, object> ResourceOf(ProxySettings settings, TelemetryBootstrap telemetry)
    {
        var attributes = new Dictionary<string, object>
        {
            ["service.name"] = Name(settings.Service),
            ["service.namespace"] = settings.Service.Namespace,
            ["service.version"] = ProxyVersion.Text,
            ["service.instance.id"] = settings.Replica,
        };
        foreach (var (name, value) in telemetry.ResourceAttributes)
        {
            attributes[name] = value;
        }

        if (telemetry.ServiceName is { } given)
        {
            attributes["service.name"] = given;
        }

        return attributes;
    }

    private static string Name(ServiceId service) => $"{service.Name}-mesh";
}
