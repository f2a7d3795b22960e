using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Logs;

namespace Mesh.Proxy.Composition;

/// <summary>Logs, metrics and spans.</summary>
internal static class TelemetryServices
{
    /// <summary>Adds them.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder, ProxySettings settings, LogWriter writer)
    {
        var level = new LogLevelSwitch(settings.LogLevel);
        builder.Services.AddSingleton(level);
        builder.Services.AddSingleton(writer);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ProxyMetrics>();
        builder.Services.AddSingleton<MetricTables>();

        // The switch decides while the process runs; what the factory filters by would be fixed.
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<ILoggerProvider>(services => new LineLoggerProvider(writer, level, settings.JsonLogs, services.GetRequiredService<TimeProvider>()));
        if (settings.Telemetry is { } telemetry)
        {
            // The same lines as those that are written; of frameworks only what an operator should look at.
            builder.Logging.AddFilter<OpenTelemetryLoggerProvider>((category, at) =>
                level.IsEnabled(at) && (at >= LogLevel.Warning || category?.StartsWith("Mesh.", StringComparison.Ordinal) == true));
            OtlpExport.AddLogs(builder.Logging, settings, telemetry);
            builder.Services.AddHostedService(services => new OtlpExport(settings, telemetry, services.GetRequiredService<LoggerProvider>()));
        }
    }
}
