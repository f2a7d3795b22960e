using Mesh.Model.Bootstrap;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mesh.ControlPlane.Composition;

/// <summary>Sends traces, metrics and logs of this process to a collector.</summary>
internal static class OtlpExport
{
    /// <summary>Says whose they are.</summary>
    public static void Describe(ResourceBuilder resource, TelemetryBootstrap? target)
    {
        // Nothing out of the environment but what the settings let in: a shell's names are of the apps that run in it.
        resource.Clear().AddTelemetrySdk().AddService("mesh-control-plane", autoGenerateServiceInstanceId: true);
        if (target is null)
        {
            return;
        }

        resource.AddAttributes(target.ResourceAttributes.Select(a => KeyValuePair.Create(a.Key, (object)a.Value)));
        if (target.ServiceName is { } name)
        {
            resource.AddAttributes([KeyValuePair.Create("service.name", (object)name)]);
        }
    }

    /// <summary>Sends traces and metrics.</summary>
    public static void AddOtlp(this OpenTelemetryBuilder telemetry, TelemetryBootstrap target)
    {
        telemetry.WithMetrics(metrics => metrics.AddOtlpExporter((exporter, reader) =>
        {
            Configure(exporter, target, "metrics");
            if (target.MetricIntervalMilliseconds is { } interval)
            {
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = interval;
            }
        }));
        telemetry.WithTracing(traces => traces.AddAspNetCoreInstrumentation(requests => requests.Filter = IsTold).AddOtlpExporter(exporter =>
        {
            Configure(exporter, target, "traces");
            if (target.TraceDelayMilliseconds is { } delay)
            {
                exporter.BatchExportProcessorOptions.ScheduledDelayMilliseconds = delay;
            }
        }));
    }

    // What tools ask again and again would bury every other trace: probes, scrapes and looks at the state. Who traces them itself finds them in its own trace.
    private static bool IsTold(HttpContext request) =>
        !(HttpMethods.IsGet(request.Request.Method) && !request.Request.Headers.ContainsKey("traceparent"));

    /// <summary>Sends logs.</summary>
    public static void AddOtlp(this ILoggingBuilder logging, TelemetryBootstrap target) => logging.AddOpenTelemetry(options =>
    {
        var resource = ResourceBuilder.CreateEmpty();
        Describe(resource, target);
        options.SetResourceBuilder(resource);
        options.IncludeFormattedMessage = true;
        options.AddOtlpExporter((exporter, processor) =>
        {
            Configure(exporter, target, "logs");
            if (target.LogDelayMilliseconds is { } delay)
            {
                processor.BatchExportProcessorOptions.ScheduledDelayMilliseconds = delay;
            }
        });
    });

    private static void Configure(OtlpExporterOptions options, TelemetryBootstrap target, string signal)
    {
        // With its signal's path: the SDK adds it only to URLs out of the environment.
        options.Protocol = target.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = target.UrlOf(signal);
        // The SDK decodes headers before it splits them, those of the environment too: a comma in a key would end the process.
        options.Headers = "";
        options.HttpClientFactory = () => Client(target, options.TimeoutMilliseconds);
    }

    private static HttpClient Client(TelemetryBootstrap target, int timeout)
    {
        var client = new HttpClient { Timeout = TimeSpan.FromMilliseconds(timeout) };
        foreach (var (name, value) in target.Headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return client;
    }
}
