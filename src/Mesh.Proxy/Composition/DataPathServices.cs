using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Outbound;
using Mesh.Proxy.Policies.Fault;
using Mesh.Proxy.Policies.HealthCheck;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Proxy.Upstreams;
using Mesh.Proxy.Upstreams.Http1;

namespace Mesh.Proxy.Composition;

/// <summary>
/// Wires what carries traffic. It needs <see cref="ProxySettings"/>, <see cref="IWorkloadIdentity"/>, <see cref="PeerVerifier"/>, <see cref="ServerCertificate"/>, <see cref="ILiveConfiguration"/>,
/// <see cref="IFrontDoorGuard"/>, <see cref="IOutboundGuard"/>, <see cref="ProxyMetrics"/>, <see cref="TimeProvider"/> and logging from elsewhere.
/// </summary>
internal static class DataPathServices
{
    /// <summary>All of it, with <see cref="DataPath"/> on top and <see cref="IApplicationReadiness"/> for the registration.</summary>
    public static IServiceCollection AddDataPath(this IServiceCollection services) => services
        .AddSingleton(provider => Hop(provider.GetRequiredService<ProxySettings>()))
        .AddUpstreams()
        .AddDownstreams()
        .AddOutbound()
        .AddInbound()
        .AddSingleton<DataPath>();

    private static IServiceCollection AddUpstreams(this IServiceCollection services) => services
        .AddSingleton<Dialer>()
        .AddSingleton<IForwardPath>(new Http1Path(new InvokerPath()))
        .AddSingleton<UpgradeForwarder>()
        .AddSingleton(provider => new AccessLogTargets(
            provider.GetRequiredService<ProxyMetrics>(),
            provider.GetRequiredService<ILogger<AccessLogTargets>>(),
            provider.GetService<LogWriter>() is { } writer ? writer.Write : null,
            provider.GetRequiredService<ProxySettings>() is { Telemetry: { } telemetry } settings
                ? logger => new OtlpAccessLog(
                    new OtlpClient(telemetry),
                    new OtlpBatch(OtlpExport.ResourceOf(settings, telemetry)),
                    TimeSpan.FromMilliseconds(telemetry.LogDelayMilliseconds ?? 1000), // Envoy's and OpenTelemetry's specification: one second
                    provider.GetRequiredService<ProxyMetrics>(),
                    provider.GetRequiredService<TimeProvider>(),
                    logger)
                : null))
        .AddSingleton(provider => new TelemetryRegistry(provider.GetRequiredService<ProxyMetrics>()))
        .AddSingleton<UpstreamKit>();

    private static IServiceCollection AddDownstreams(this IServiceCollection services) => services
        .AddSingleton(DownstreamLimits.Default)
        .AddSingleton<HttpEngine>()
        .AddSingleton<PlainHttp>()
        .AddSingleton<SecureHttp>();

    private static IServiceCollection AddOutbound(this IServiceCollection services) => services
        .AddSingleton(provider => new OutboundListeners(Listeners(provider)))
        .AddSingleton(provider => OutboundMetrics.Measure(
            new OutboundState(provider.GetRequiredService<UpstreamKit>(), new Random(), provider.GetRequiredService<OutlierEvents>(), provider.GetRequiredService<HealthEvents>()), provider.GetRequiredService<ProxyMetrics>()))
        .AddSingleton<IUpstreamHealth, UpstreamReport>()
        .AddSingleton<OutlierEvents>()
        .AddSingleton<HealthEvents>()
        .AddSingleton<MirrorSender>()
        .AddSingleton<ExternalAuthorizer>()
        .AddSingleton<RouteFilters>()
        .AddSingleton<OutboundForwarder>()
        .AddSingleton<FaultBoard>()
        .AddSingleton(provider => new FaultInjector(
            provider.GetRequiredService<FaultBoard>(), provider.GetRequiredService<HopName>(), provider.GetRequiredService<ProxyMetrics>(), provider.GetRequiredService<TimeProvider>(), new Random()))
        .AddSingleton<OutboundDoors>();

    private static IServiceCollection AddInbound(this IServiceCollection services) => services
        .AddSingleton(provider => new InboundListeners(Listeners(provider)))
        .AddSingleton(provider => TokenKeyReader.Create(provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<TokenVerifiers>()
        .AddSingleton(provider => InboundMetrics.Measure(
            ActivatorUtilities.CreateInstance<InboundState>(provider), provider.GetRequiredService<ProxyMetrics>()))
        .AddSingleton<TrafficRecorder>()
        .AddSingleton<InboundDoors>()
        .AddSingleton<InboundDrain>()
        .AddSingleton(provider => new ApplicationWatch(
            provider.GetRequiredService<UpstreamKit>(), provider.GetRequiredService<InboundDoors>().FindMeshDoor, provider.GetRequiredService<ILogger<ApplicationWatch>>()))
        .AddSingleton<IApplicationReadiness>(provider => provider.GetRequiredService<ApplicationWatch>());

    private static ListenerSet Listeners(IServiceProvider provider) => new(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ListenerSet>>());

    private static HopName Hop(ProxySettings settings) => new(settings.Service, settings.Replica, IsPublished: !settings.DeveloperIdentity);
}
