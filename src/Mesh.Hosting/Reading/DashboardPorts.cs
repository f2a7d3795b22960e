using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;

namespace Mesh.Hosting.Reading;

/// <summary>
/// The ports of Aspire's dashboard and resource service. They are no endpoints of the app model, and nobody listens there yet while ports are given out.
/// </summary>
internal static class DashboardPorts
{
    private const string Urls = "ASPNETCORE_URLS";

    // The dashboard's OTLP and MCP addresses and the resource service's; older launch profiles say DOTNET_.
    private static readonly string[] Prefixes = ["ASPIRE_", "DOTNET_"];

    /// <summary>All that the AppHost's settings name.</summary>
    public static ImmutableHashSet<int> Of(IConfiguration configuration) =>
    [
        .. configuration.AsEnumerable()
            .Where(s => s.Key.Equals(Urls, StringComparison.OrdinalIgnoreCase)
                || (s.Key.EndsWith("_ENDPOINT_URL", StringComparison.OrdinalIgnoreCase) && Prefixes.Any(p => s.Key.StartsWith(p, StringComparison.OrdinalIgnoreCase))))
            .SelectMany(s => (s.Value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(u => Uri.TryCreate(u, UriKind.Absolute, out var uri) ? uri.Port : 0)
            .Where(p => p > 0),
    ];
}
