using Mesh.Proxy.Admin;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Composition;

/// <summary>The admin endpoint, and what probes are answered.</summary>
internal static class AdminServices
{
    /// <summary>Adds the admin endpoint.</summary>
    public static void AddAdmin(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<AdminDumps>();
        builder.Services.AddSingleton<AdminEndpoints>();
        builder.Services.AddSingleton<AdminServer>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AdminServer>());
    }

    /// <summary>Adds what probes are answered, where the bootstrap file asks for it; otherwise there is nothing, not even an object.</summary>
    public static void AddProbes(this IHostApplicationBuilder builder, ProxySettings settings)
    {
        if (settings.Probes is not { } probes)
        {
            return;
        }

        builder.Services.AddSingleton(probes);
        builder.Services.AddSingleton<ProbeEndpoints>();
        builder.Services.AddSingleton<ProbeServer>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ProbeServer>());
    }
}
