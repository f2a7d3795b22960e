using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mesh.Proxy.Composition;

/// <summary>Who this proxy is, and who others are.</summary>
internal static class IdentityServices
{
    /// <summary>Adds them.</summary>
    public static void AddIdentity(this IHostApplicationBuilder builder, ProxySettings settings)
    {
        var services = builder.Services;
        services.AddSingleton<WorkloadIdentity>();
        services.AddSingleton<IWorkloadIdentity>(provider => provider.GetRequiredService<WorkloadIdentity>());
        services.AddSingleton<PeerVerifier>();
        services.AddSingleton<ServerCertificate>();
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<ControlPlaneChannels>();
        services.AddSingleton(provider => new SvidFactory(settings.Id, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SvidStore>();
        services.AddSingleton(new RenewalSchedule(new Random()));
        services.AddSingleton<IdentityMetrics>();
        services.TryAddSingleton<ISvidAuthority, GrpcSvidAuthority>();
        services.TryAddSingleton<IPeerProcesses>(_ => OperatingSystem.IsLinux() ? new LinuxPeerProcesses(SocketDiagnostics.Open(new SocketTable(LinuxPeerProcesses.Root))) : new UntoldPeerProcesses());
        services.AddSingleton<IFrontDoorGuard, FrontDoorGuard>();
        services.AddSingleton<IOutboundGuard, OutboundGuard>();
        services.AddHostedService<IdentityRenewal>();
    }
}
