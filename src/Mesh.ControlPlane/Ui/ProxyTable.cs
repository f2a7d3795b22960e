using System.Collections.Immutable;
using System.Globalization;
using Mesh.ControlPlane.Discovery;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Ui;

/// <summary>The sidecars: what they accepted, what they refused, how long their certificates last.</summary>
internal static class ProxyTable
{
    public static Html Render(ImmutableArray<ProxyView> proxies, DateTimeOffset now) => proxies.IsEmpty
        ? Html.Of($"<div class=\"card empty\">No sidecar is connected.</div>")
        : Html.Of($"""
            <div class="scroll"><table><thead><tr><th>Sidecar</th><th>Configuration</th><th>Certificate</th><th class="wide">Connected</th></tr></thead>
            <tbody>{Html.Join(proxies.Select(p => Row(p, now)))}</tbody></table></div>
            """);

    private static Html Row(ProxyView proxy, DateTimeOffset now) => Html.Of($"""
        <tr><td>{ServiceCards.Name(proxy.Service)} <span class="soft">{proxy.Replica}</span></td><td>{State(proxy)}</td><td>{Certificate(proxy, now)}</td>
        <td class="wide soft">{(proxy.Stream is { } stream ? Ago(now - stream.ConnectedAt) : "not connected")}</td></tr>
        """);

    private static Html State(ProxyView proxy)
    {
        if (proxy.Stream is null)
        {
            return Html.Of($"<span class=\"t-bad\">not connected: works with the last one it got</span>");
        }

        if (!proxy.Errors.IsEmpty)
        {
            return Html.Of($"<span class=\"t-bad\">refused</span> <span class=\"mono\">{string.Join("; ", proxy.Errors)}</span>");
        }

        var version = proxy.Stream.Types.GetValueOrDefault(TypeUrls.Listener)?.AckedVersion ?? "";
        return Html.Of($"<span class=\"{(proxy.IsCurrent ? "t-good" : "t-warn")}\">{(proxy.IsCurrent ? "current" : "catching up")}</span> <span class=\"mono soft\">{(version.Length > 8 ? version[..8] : version)}</span>");
    }

    private static Html Certificate(ProxyView proxy, DateTimeOffset now)
    {
        if (proxy.Registered?.CertificateNotAfter is not { } end)
        {
            return Html.Of($"<span class=\"soft\">unknown</span>");
        }

        var left = end - now;
        return left <= TimeSpan.Zero
            ? Html.Of($"<span class=\"t-bad\">expired</span>")
            : Html.Of($"<span class=\"{(left < TimeSpan.FromMinutes(5) ? "t-warn" : "t-good")}\">{Span(left)}</span>");
    }

    private static string Ago(TimeSpan span) => $"for {Span(span)}";

    private static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 90 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        { TotalMinutes: < 90 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} days"),
    };
}
