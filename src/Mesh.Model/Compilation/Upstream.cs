using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>A port that can be called. There is one object for each in a compilation, so it is compared by reference.</summary>
/// <param name="Port">Its name.</param>
/// <param name="Protocol">What is spoken.</param>
/// <param name="Labels">The labels of its service; none for external services.</param>
/// <param name="External">The address, for external services.</param>
internal sealed record Upstream(PortRef Port, AppProtocol Protocol, ImmutableSortedDictionary<string, string> Labels, ExternalPort? External)
{
    /// <summary>The name of its listeners and route tables.</summary>
    public string ListenerName { get; } = ResourceNames.Outbound(Port);

    /// <summary>The name of its clusters.</summary>
    public string ClusterName { get; } = ResourceNames.Cluster(Port);

    /// <inheritdoc />
    public bool Equals(Upstream? other) => ReferenceEquals(this, other);

    /// <inheritdoc />
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
