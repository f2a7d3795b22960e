using Mesh.Proxy.Admin;

namespace Mesh.Proxy.Composition;

/// <summary>The admin endpoint, and what probes are answered.</summary>
internal static class AdminServices
{
    /// <summary>Adds it.</summary>
    public static void AddAdmin(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<AdminDumps>();
        builder.Services.AddSingleton<AdminEndpoints>();
        builder.Services.AddSingleton<AdminServer>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AdminServer>());
        builder.Services.AddSingleton<ProbeServer>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ProbeServer>());
    }
}
