using System.Collections.Immutable;
using Mesh.ControlPlane.Discovery;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Api;

/// <summary>A stream of a client that is no sidecar of Mesh, as the API shows it.</summary>
internal sealed record ClientJson
{
    /// <summary>Its service's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The replica whose relay it comes through.</summary>
    public required string Replica { get; init; }

    /// <summary><c>grpc</c> or <c>envoy</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it calls itself.</summary>
    public required string UserAgent { get; init; }

    /// <summary>In one word: <c>ready</c>, <c>pending</c> (has not accepted all yet), <c>refused</c>.</summary>
    public required string State { get; init; }

    /// <summary>Since when its stream is open.</summary>
    public required DateTimeOffset ConnectedSince { get; init; }

    /// <summary>Version it accepted last, by resource type.</summary>
    public required ImmutableSortedDictionary<string, string?> Acknowledged { get; init; }

    /// <summary>Why it refused what it was sent last, by resource type; empty: it did not.</summary>
    public required ImmutableSortedDictionary<string, string> Errors { get; init; }

    public static ClientJson Of(ProxyView client) => new()
    {
        Namespace = client.Service.Namespace,
        Service = client.Service.Name,
        Replica = client.Replica,
        Kind = client.Stream!.Kind.ToWord(),
        UserAgent = client.Stream.UserAgent,
        State = !client.Errors.IsEmpty ? "refused" : client.IsCurrent ? "ready" : "pending",
        ConnectedSince = client.Stream.ConnectedAt,
        Acknowledged = client.Stream.Types.ToImmutableSortedDictionary(t => TypeUrls.ShortName(t.Key), t => t.Value.AckedVersion, StringComparer.Ordinal),
        Errors = client.Stream.Types.Where(t => t.Value.Error is not null).ToImmutableSortedDictionary(t => TypeUrls.ShortName(t.Key), t => t.Value.Error!, StringComparer.Ordinal),
    };
}
