using System.Collections.Immutable;

namespace Mesh.ControlPlane.Store;

/// <summary>What a sidecar says of the replicas that it calls. It changes nobody's endpoints: what one caller meets is its own.</summary>
internal sealed record UpstreamReport
{
    /// <summary>It said nothing.</summary>
    public static UpstreamReport None { get; } = new();

    /// <summary>Whom it leaves out.</summary>
    public ImmutableArray<LeftOut> LeftOut { get; init; } = [];

    /// <summary>How many more.</summary>
    public int More { get; init; }

    /// <summary>How often since its start outlier detection left a replica out.</summary>
    public long Ejections { get; init; }

    /// <summary>How often since its start health checks did.</summary>
    public long HealthFailures { get; init; }
}
