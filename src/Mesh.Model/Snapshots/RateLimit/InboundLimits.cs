using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>How much may come in at a port, from RateLimit policies; of each list the first entry that matches decides alone. Each replica counts for itself.</summary>
public sealed record InboundLimits
{
    /// <summary>Any number of anything.</summary>
    public static InboundLimits None { get; } = new();

    /// <summary>For ports that speak HTTP.</summary>
    public ImmutableArray<RequestLimit> Requests { get; init; } = [];

    /// <summary>For ports that speak <c>tcp</c>.</summary>
    public ImmutableArray<ConnectionLimit> Connections { get; init; } = [];
}
