using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Relay;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mesh.Proxy.Composition;

/// <summary>What xDS clients beside this proxy are offered.</summary>
internal static class RelayServices
{
    /// <summary>Adds it where the bootstrap file asks for it; otherwise there is nothing, not even an object.</summary>
    public static void AddRelay(this IHostApplicationBuilder builder, ProxySettings settings)
    {
        if (settings.Relay is not { } relay)
        {
            return;
        }

        var services = builder.Services;
        services.AddSingleton(relay);
        services.TryAddSingleton(RelayLimits.Default);
        services.AddSingleton<RelayNode>();
        services.AddSingleton<RelaySecrets>();
        services.AddHostedService<CertificateFiles>();
        if (settings.ControlPlane is null)
        {
            return;
        }

        services.AddSingleton(provider => new RelayUpstream(
            ConfigurationServices.CreateLink(provider), provider.GetRequiredService<WorkloadIdentity>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RelayEndpoint>();
        services.AddSingleton<RelayServer>();
        services.AddHostedService(provider => provider.GetRequiredService<RelayServer>());
    }
}
