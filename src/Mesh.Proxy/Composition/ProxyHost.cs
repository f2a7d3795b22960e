using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Composition;

/// <summary>Puts the proxy together, one line for each folder.</summary>
internal static class ProxyHost
{
    // The data path ends by itself at the drain's deadline; this is for what comes before and after it.
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(5);

    /// <summary>Builds it; nothing runs and no port is bound yet.</summary>
    /// <param name="settings">The checked bootstrap file.</param>
    /// <param name="writer">Where log lines go.</param>
    /// <param name="replace">For tests: services that are to stand in for others.</param>
    public static IHost Build(ProxySettings settings, LogWriter writer, Action<IServiceCollection>? replace = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "mesh-proxy" });
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new StateDirectory(settings.StateDirectory));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.Drain + AfterDrain);
        builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
        replace?.Invoke(builder.Services);

        if (settings.ParentProcessId is { } parent)
        {
            builder.Services.AddHostedService(provider => new ParentWatch(
                parent, WatchedProcesses.Find, provider.GetRequiredService<IHostApplicationLifetime>(), TimeProvider.System, provider.GetRequiredService<ILogger<ParentWatch>>()));
        }

        // Started in this order, stopped in reverse: the replica leaves the mesh, its doors close, and the admin endpoint answers to the end.
        builder.AddTelemetry(settings, writer);
        builder.AddAdmin();
        builder.AddProbes(settings);
        builder.AddIdentity(settings);
        builder.AddConfiguration(settings);
        builder.AddRelay(settings);
        builder.AddRecording(settings);
        builder.Services.AddDataPath().AddHostedService<DataPathRun>();
        builder.AddRegistration(settings);
        builder.Services.AddHostedService<StartUpLeftovers>();

        var host = builder.Build();
        var drain = host.Services.GetRequiredService<DrainSignal>();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(drain.Begin);
        return host;
    }
}
