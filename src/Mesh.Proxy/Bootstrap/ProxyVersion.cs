using System.Reflection;

namespace Mesh.Proxy.Bootstrap;

/// <summary>This build.</summary>
internal static class ProxyVersion
{
    /// <summary>The version with the commit after a plus sign, as the build stamped it.</summary>
    public static string Text { get; } =
        typeof(ProxyVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
