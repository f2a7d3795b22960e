using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>What an outbound HTTP listener does with requests. The first rule that matches wins; no match: 404.</summary>
public sealed record RouteTable
{
    /// <summary>The resource name, that of its listener.</summary>
    public required string Name { get; init; }

    /// <summary>Rules with one match each, in Gateway API precedence.</summary>
    public ImmutableArray<RouteRule> Rules { get; init; } = [];
}
