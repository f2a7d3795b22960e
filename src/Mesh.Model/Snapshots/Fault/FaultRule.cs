using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Snapshots;

/// <summary>
/// What a fault does to a caller's calls of one upstream port. It lives as long as its lease: it is part of no document and of no state on disk.
/// </summary>
public sealed record FaultRule
{
    /// <summary>The lease's id.</summary>
    public required string Id { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string By { get; init; }

    /// <summary>The upstream port whose calls it hits.</summary>
    public required PortRef Upstream { get; init; }

    /// <summary>When it ends, by the clock of whoever holds this; on the wire travels what is left.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Which requests, one of these; empty: all.</summary>
    public ImmutableArray<RouteMatch> Matches { get; init; } = [];

    /// <summary>What happens.</summary>
    public required FaultEffects Effects { get; init; }

    /// <summary>The name of its resource.</summary>
    public string Name => $"fault/{Id}/{Upstream}";

    /// <summary>How errors name it.</summary>
    public string Label => $"Fault {Id} ({By})";
}
