using Aspire.Hosting;
using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>How a caller's sidecar picks a replica, and what it speaks with it. What is left <see langword="null"/> comes from less specific calls, policies and defaults.</summary>
[AspireDto]
public sealed class MeshLoadBalancing
{
    /// <summary>The algorithm. Default: LeastRequest, which forgives a slow replica.</summary>
    public MeshBalancing? Type { get; set; }

    /// <summary>For LeastRequest: replicas drawn and compared, 2 to 100. Default: 2.</summary>
    public int? ChoiceCount { get; set; }

    /// <summary>What the sidecars speak with each other for HTTP; gRPC always uses HTTP/2. Default: Auto.</summary>
    public MeshWire? Wire { get; set; }

    internal LoadBalancingSettings ToSettings() => new()
    {
        Type = Type switch
        {
            null => null,
            MeshBalancing.RoundRobin => LoadBalancingKind.RoundRobin,
            MeshBalancing.Random => LoadBalancingKind.Random,
            _ => LoadBalancingKind.LeastRequest,
        },
        ChoiceCount = ChoiceCount,
        Wire = Wire switch
        {
            null => null,
            MeshWire.Http1 => WireProtocol.Http1,
            MeshWire.Http2 => WireProtocol.Http2,
            _ => WireProtocol.Auto,
        },
    };
}
