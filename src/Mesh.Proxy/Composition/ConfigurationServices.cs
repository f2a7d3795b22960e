using Grpc.Core;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Xds.Client;
using Mesh.Xds.Wire;

namespace Mesh.Proxy.Composition;

/// <summary>What the control plane says, and what it is told.</summary>
internal static class ConfigurationServices
{
    /// <summary>Adds what follows the control plane.</summary>
    public static void AddConfiguration(this IHostApplicationBuilder builder, ProxySettings settings)
    {
        var services = builder.Services;
        services.AddSingleton<DrainSignal>();
        services.AddSingleton<LiveConfiguration>();
        services.AddSingleton<ILiveConfiguration>(provider => provider.GetRequiredService<LiveConfiguration>());
        services.AddSingleton(CreateLink);
        services.AddSingleton<IAdsClient>(provider => new AdsClient(
            new AdsClientOptions { Node = new NodeId(settings.Id, settings.Replica), StateDirectory = settings.StateDirectory, Zone = settings.Zone, Version = ProxyVersion.Text },
            token => ConnectAsync(provider, token),
            provider.GetRequiredService<LiveConfiguration>(),
            provider.GetRequiredService<TimeProvider>(),
            new Random(),
            provider.GetRequiredService<ILogger<AdsClient>>()));
        services.AddHostedService<ConfigurationFollower>();
    }

    /// <summary>Adds what records while somebody asks for it. It comes before the doors: what they still carry while they close is told too.</summary>
    public static void AddRecording(this IHostApplicationBuilder builder, ProxySettings settings)
    {
        if (settings.ControlPlane is null)
        {
            return;
        }

        builder.Services.AddHostedService(provider =>
        {
            var recorder = provider.GetRequiredService<TrafficRecorder>();
            recorder.Ending += provider.GetRequiredService<InboundDoors>().Sweep;
            return new RecordingReporter(
                settings,
                provider.GetRequiredService<ControlPlaneLink>(),
                provider.GetRequiredService<ILiveConfiguration>(),
                recorder,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<RecordingReporter>>());
        });
    }

    /// <summary>Adds what tells the control plane of this replica. It comes after the doors: it leaves before they close.</summary>
    public static void AddRegistration(this IHostApplicationBuilder builder, ProxySettings settings)
    {
        if (settings.ControlPlane is null)
        {
            return;
        }

        builder.Services.AddHostedService(provider => new RegistrationClient(
            settings,
            provider.GetRequiredService<ControlPlaneLink>(),
            provider.GetRequiredService<IApplicationReadiness>(),
            provider.GetRequiredService<IUpstreamHealth>(),
            provider.GetRequiredService<DrainSignal>(),
            () => provider.GetRequiredService<WorkloadIdentity>().Current?.NotAfter,
            provider.GetRequiredService<TimeProvider>(),
            new Random(),
            provider.GetRequiredService<ILogger<RegistrationClient>>()));
    }

    // Identity and configuration stand side by side and do not know each other; here they meet.
    internal static ControlPlaneLink CreateLink(IServiceProvider provider)
    {
        var identity = provider.GetRequiredService<WorkloadIdentity>();
        var channels = provider.GetRequiredService<ControlPlaneChannels>();
        long shown = 0;
        var link = new ControlPlaneLink(
            () =>
            {
                var svid = identity.Current;
                Volatile.Write(ref shown, svid?.Generation ?? 0);
                return channels.Open(svid);
            },
            provider.GetRequiredService<TimeProvider>()) { LocalAddress = () => channels.LocalAddress };
        identity.Changed += () =>
        {
            // The first call may have been faster than this notice of the very SVID that it shows.
            if (identity.Current is { } svid && svid.Generation != Volatile.Read(ref shown))
            {
                link.Renew(atOnce: false);
            }
        };
        provider.GetRequiredService<ClockWatch>().TimeLost += () => link.Renew(atOnce: true);
        return link;
    }

    // Without an SVID the control plane would only say no, and the next attempt would come late.
    private static async ValueTask<CallInvoker> ConnectAsync(IServiceProvider provider, CancellationToken cancellationToken)
    {
        await provider.GetRequiredService<WorkloadIdentity>().WaitAsync(cancellationToken);
        return provider.GetRequiredService<ControlPlaneLink>();
    }
}
