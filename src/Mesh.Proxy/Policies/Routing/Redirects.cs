using System.Globalization;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>Where a redirect leads (Gateway API, HTTPRequestRedirectFilter).</summary>
internal static class Redirects
{
    /// <summary>The value of <c>Location</c>.</summary>
    public static string Location(RedirectAction redirect, string callersScheme, HostString host, RequestTarget target, string matchedPrefix)
    {
        var scheme = redirect.Scheme ?? callersScheme;
        var name = redirect.Host ?? host.Host;
        // Without a port of its own a redirect to another scheme uses that scheme's; one that keeps the scheme keeps the caller's port.
        var port = redirect.Port ?? (redirect.Scheme is null && redirect.Host is null ? host.Port : null);
        var isSchemesOwn = port is null || (scheme == "http" && port == 80) || (scheme == "https" && port == 443);
        var authority = isSchemesOwn ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{port}");
        return $"{scheme}://{authority}{target.With(redirect.Path, matchedPrefix)}";
    }
}
