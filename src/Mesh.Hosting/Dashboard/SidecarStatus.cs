using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Mesh.Hosting.Dashboard;

/// <summary>A sidecar as the control plane sees it.</summary>
internal sealed record SidecarStatus
{
    /// <summary>What the control plane says of a sidecar that it has never heard of.</summary>
    public static SidecarStatus Unknown { get; } = new() { State = "unknown" };

    /// <summary><c>ready</c>, <c>pending</c>, <c>refused</c>, <c>stale</c>, <c>unregistered</c>, <c>draining</c> or <c>unknown</c>.</summary>
    public required string State { get; init; }

    /// <summary>Whether it has accepted all that there is for it now.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>The version that is live, by resource type, such as <c>CDS</c>.</summary>
    public ImmutableSortedDictionary<string, string> Versions { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why it refused what it was sent last, by resource type.</summary>
    public ImmutableSortedDictionary<string, string> Errors { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>When its certificate ends.</summary>
    public DateTimeOffset? CertificateExpires { get; init; }

    /// <summary>The ports whose app accepts connections.</summary>
    public ImmutableArray<string> ReadyPorts { get; init; } = [];

    /// <summary>The proxy's version.</summary>
    public string? ProxyVersion { get; init; }

    /// <summary>Whether its configuration is live and current.</summary>
    public bool IsLive => IsCurrent && State is "ready";

    /// <summary>What is missing, or <see langword="null"/>.</summary>
    public string? Fault => State switch
    {
        "ready" when IsCurrent => null,
        "refused" => $"refused its configuration and keeps the last good one: {string.Join("; ", Errors.Select(e => $"{e.Key}: {e.Value}"))}",
        "stale" => "is not connected to the control plane and keeps the last good configuration; its log says why",
        "unregistered" => "has not registered, so no calls are sent to it; its log says why",
        "draining" => "is draining and takes no new work",
        "unknown" => "has not reached the control plane yet",
        _ => "has not accepted its configuration yet",
    };

    /// <summary>Reads what the API says of one sidecar.</summary>
    public static SidecarStatus Read(JsonNode proxy) => new()
    {
        State = proxy["state"]?.ToString() ?? "unknown",
        IsCurrent = proxy["current"]?.GetValue<bool>() ?? false,
        Versions = Texts(proxy["acknowledged"]),
        Errors = Texts(proxy["errors"]),
        CertificateExpires = DateTimeOffset.TryParse(proxy["certificateExpires"]?.ToString(), CultureInfo.InvariantCulture, out var end) ? end : null,
        ReadyPorts = [.. (proxy["readyPorts"] as JsonArray ?? []).Select(p => p!.ToString())],
        ProxyVersion = proxy["proxyVersion"]?.ToString(),
    };

    private static ImmutableSortedDictionary<string, string> Texts(JsonNode? node) =>
        (node as JsonObject ?? []).Where(p => p.Value is not null).ToImmutableSortedDictionary(p => p.Key, p => p.Value!.ToString(), StringComparer.Ordinal);
}
