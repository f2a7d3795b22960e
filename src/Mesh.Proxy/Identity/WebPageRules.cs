using System.Collections.Frozen;
using System.Net;

namespace Mesh.Proxy.Identity;

/// <summary>
/// Tells the person at the browser from somebody else's web page. Pages that this machine serves count as the person's: whoever serves one is a local process and could
/// call directly, and an app whose page at one front door calls another by CORS keeps working. Pages from elsewhere may be come from by a link, nothing more.
/// </summary>
internal sealed class WebPageRules(FrozenSet<string> hosts)
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _hosts = hosts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Why a request is not taken for the developer's.</summary>
    /// <returns><see langword="null"/>: nothing speaks against it.</returns>
    public string? Fault(string method, IHeaderDictionary headers)
    {
        // DNS rebinding: a name of somebody else that resolves to loopback.
        var host = headers.Host;
        if (host.Count > 1 || (host.Count == 1 && !IsOwn(HostOf(host[0]))))
        {
            return $"Host '{Shown(host.ToString())}' is not a name of this machine: use localhost or a loopback address, or add the name to frontDoorHosts.";
        }

        var origin = headers.Origin;
        if (origin.Count > 0)
        {
            return origin.Count == 1 && IsOwnOrigin(origin[0])
                ? null
                : $"Origin '{Shown(origin.ToString())}' is another web page's: only pages of this machine may call here; add its host to frontDoorHosts if it may.";
        }

        // Fetch Metadata (W3C): absent from curl and where the page is not trustworthy; "none" is the address bar.
        var site = headers["Sec-Fetch-Site"].ToString();
        if (site is "none" or "same-origin" || (site is not "" && IsNavigation(method, headers)))
        {
            return null;
        }

        var referer = headers.Referer;
        if (referer.Count == 0)
        {
            return site is "" ? null : $"Sec-Fetch-Site '{Shown(site)}': another web page made this request.";
        }

        return referer.Count == 1 && IsOwnOrigin(referer[0])
            ? null
            : $"Referer '{Shown(referer.ToString())}' is another web page: open the address by itself, or add the page's host to frontDoorHosts.";
    }

    // A link that was clicked: the page it came from sees nothing of the answer, and cookies with SameSite=Lax go by the same rule.
    private static bool IsNavigation(string method, IHeaderDictionary headers) =>
        method is "GET" or "HEAD" && headers["Sec-Fetch-Mode"] == "navigate" && headers["Sec-Fetch-Dest"] == "document";

    private bool IsOwnOrigin(string? url)
    {
        var rest = url.AsSpan();
        if (rest.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[7..];
        }
        else if (rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[8..];
        }
        else
        {
            return false; // "null" of a sandboxed frame, file:, extensions
        }

        var end = rest.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        return !authority.Contains('@') && IsOwn(HostOf(authority));
    }

    private bool IsOwn(ReadOnlySpan<char> host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host is "127.0.0.1" or "::1")
        {
            return true;
        }

        // RFC 6761, 6.3: browsers resolve *.localhost to loopback by themselves, so nobody can point it elsewhere.
        return host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || _hosts.Contains(host)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }

    private static ReadOnlySpan<char> HostOf(ReadOnlySpan<char> authority)
    {
        if (authority.Length > 0 && authority[0] == '[')
        {
            var bracket = authority.IndexOf(']');
            return bracket < 0 ? authority : authority[1..bracket];
        }

        var colon = authority.IndexOf(':');
        return colon < 0 ? authority : authority[..colon];
    }

    private static string Shown(string value) => value.Length > 200 ? value[..200] : value;
}
