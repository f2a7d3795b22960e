using System.Collections.Frozen;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Configuration;

/// <summary>All that requests are judged and routed by. Immutable; a request reads one reference and works on that to its end.</summary>
internal sealed record ProxyConfiguration
{
    /// <summary>Counts up with each change of anything below.</summary>
    public required long Generation { get; init; }

    /// <summary>The snapshot. The same reference as before when only endpoints or permissions changed.</summary>
    public required ProxySnapshot Snapshot { get; init; }

    /// <summary>The ready replicas by cluster name. A cluster that is missing has none.</summary>
    public required FrozenDictionary<string, EndpointSet> Endpoints { get; init; }

    /// <summary>Who may call at the mesh door, by port name: newer than the snapshot's where permissions came on their own. A port that is missing: nobody.</summary>
    public required FrozenDictionary<string, PermissionSet> InboundPermissions { get; init; }

    /// <summary>Who may come in by a front door, by port name, as <see cref="InboundPermissions"/>.</summary>
    public required FrozenDictionary<string, PermissionSet> FrontDoorPermissions { get; init; }
}
