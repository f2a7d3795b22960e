using System.Collections.Immutable;
using Mesh.ControlPlane.Discovery;
using Mesh.Model.Topology;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Api;

/// <summary>A sidecar as the API shows it.</summary>
internal sealed record ProxyJson
{
    /// <summary>Its service's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Its replica's name.</summary>
    public required string Replica { get; init; }

    /// <summary>In one word: <c>ready</c>, <c>pending</c> (has not accepted all yet), <c>refused</c>, <c>stale</c> (no discovery stream), <c>unregistered</c>, <c>draining</c>.</summary>
    public required string State { get; init; }

    /// <summary>Its mesh door, <c>ip:port</c>; <see langword="null"/>: it is not registered.</summary>
    public string? Address { get; init; }

    /// <summary>The ports whose app accepts connections.</summary>
    public ImmutableArray<string> ReadyPorts { get; init; } = [];

    /// <summary>Whether it takes no new work.</summary>
    public bool Draining { get; init; }

    /// <summary>Zone, or empty.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The sidecar's version.</summary>
    public string? ProxyVersion { get; init; }

    /// <summary>When its certificate ends, as it says.</summary>
    public DateTimeOffset? CertificateExpires { get; init; }

    /// <summary>Since when its discovery stream is open; <see langword="null"/>: it is not.</summary>
    public DateTimeOffset? ConnectedSince { get; init; }

    /// <summary>Whether it has accepted all that there is for it now.</summary>
    public bool Current { get; init; }

    /// <summary>Version it accepted last, by resource type.</summary>
    public ImmutableSortedDictionary<string, string?> Acknowledged { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>Why it refused what it was sent last, by resource type; empty: it did not.</summary>
    public ImmutableSortedDictionary<string, string> Errors { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Ready replicas that it leaves out.</summary>
    public ImmutableArray<LeavesOutView> LeavesOut { get; init; } = [];

    /// <summary>How many more it leaves out.</summary>
    public int LeavesOutMore { get; init; }

    /// <summary>How often since its start outlier detection left a replica out.</summary>
    public long Ejections { get; init; }

    /// <summary>How often since its start health checks left a replica out.</summary>
    public long HealthFailures { get; init; }

    public static ProxyJson Of(ProxyView proxy) => new()
    {
        Namespace = proxy.Service.Namespace,
        Service = proxy.Service.Name,
        Replica = proxy.Replica,
        State = Word(proxy),
        Address = proxy.Registered is { Replica: var r } ? AddressOf(r) : null,
        ReadyPorts = [.. proxy.Registered?.Replica.ReadyPorts ?? []],
        Draining = proxy.Registered?.Draining ?? false,
        Zone = proxy.Registered?.Replica.Zone ?? "",
        ProxyVersion = proxy.Registered?.ProxyVersion,
        CertificateExpires = proxy.Registered?.CertificateNotAfter,
        ConnectedSince = proxy.Stream?.ConnectedAt,
        Current = proxy.IsCurrent,
        Acknowledged = proxy.Stream?.Types.ToImmutableSortedDictionary(t => TypeUrls.ShortName(t.Key), t => t.Value.AckedVersion, StringComparer.Ordinal)
            ?? ImmutableSortedDictionary<string, string?>.Empty,
        Errors = proxy.Stream?.Types.Where(t => t.Value.Error is not null).ToImmutableSortedDictionary(t => TypeUrls.ShortName(t.Key), t => t.Value.Error!, StringComparer.Ordinal)
            ?? ImmutableSortedDictionary<string, string>.Empty,
        LeavesOut = [.. proxy.Upstreams.LeftOut.Select(o => new LeavesOutView(o.Upstream.ToString(), o.Replica, o.State, o.Reason, o.Since, o.Until))],
        LeavesOutMore = proxy.Upstreams.More,
        Ejections = proxy.Upstreams.Ejections,
        HealthFailures = proxy.Upstreams.HealthFailures,
    };

    /// <summary>A mesh door as one writes it.</summary>
    public static string AddressOf(Replica replica) => $"{(replica.Address.Contains(':', StringComparison.Ordinal) ? $"[{replica.Address}]" : replica.Address)}:{replica.Port}";

    private static string Word(ProxyView proxy) => proxy switch
    {
        { Stream: null } => "stale",
        { Errors.IsEmpty: false } => "refused",
        { Registered: null } => "unregistered",
        { Registered.Draining: true } => "draining",
        { IsCurrent: false } => "pending",
        _ => "ready",
    };
}
