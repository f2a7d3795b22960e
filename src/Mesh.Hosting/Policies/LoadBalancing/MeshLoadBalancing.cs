using Aspire.Hosting;
using Mesh.Hosting.Exports;
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

    /// <summary>For PeakEwma: over how long a replica's past counts, more than zero. Default: 10 s.</summary>
    [Milliseconds]
    public TimeSpan? Decay { get; set; }

    /// <summary>For RoundRobin, LeastRequest and PeakEwma: how long a replica that comes takes to its whole share. Zero: it has it at once. Default: zero.</summary>
    [Milliseconds]
    public TimeSpan? SlowStartWindow { get; set; }

    /// <summary>With how much of its share it begins, in percent, 1 to 100. Default: 10.</summary>
    public int? SlowStartMinWeightPercent { get; set; }

    /// <summary>For RingHash: the least points of the ring, 1 to 8,388,608; more spread more evenly. Default: 1,024.</summary>
    public int? MinRingSize { get; set; }

    /// <summary>For RingHash: the most points of the ring, 1 to 8,388,608. Default: 8,388,608.</summary>
    public int? MaxRingSize { get; set; }

    /// <summary>For Maglev: rows of the table, a prime of at most 5,000,011. Default: 65,537.</summary>
    public int? TableSize { get; set; }

    /// <summary>For RingHash and Maglev: what requests are hashed by. Default: nothing, so that each goes anywhere.</summary>
    public IList<MeshHashPolicy>? HashBy { get; set; }

    /// <summary>The replicas of the caller's own zone first, others when too few of them are left. Default: all are alike.</summary>
    public MeshLocalityAwareness? LocalityAwareness { get; set; }

    /// <summary>What the sidecars speak with each other for HTTP; gRPC always uses HTTP/2. Default: Auto.</summary>
    public MeshWire? Wire { get; set; }

    internal LoadBalancingSettings ToSettings() => new()
    {
        Type = Type switch
        {
            null => null,
            MeshBalancing.RoundRobin => LoadBalancingKind.RoundRobin,
            MeshBalancing.Random => LoadBalancingKind.Random,
            MeshBalancing.PeakEwma => LoadBalancingKind.PeakEwma,
            MeshBalancing.RingHash => LoadBalancingKind.RingHash,
            MeshBalancing.Maglev => LoadBalancingKind.Maglev,
            _ => LoadBalancingKind.LeastRequest,
        },
        ChoiceCount = ChoiceCount,
        Decay = Decay,
        SlowStartWindow = SlowStartWindow,
        SlowStartMinWeightPercent = SlowStartMinWeightPercent,
        MinRingSize = MinRingSize,
        MaxRingSize = MaxRingSize,
        TableSize = TableSize,
        HashPolicies = HashBy is null ? null : [.. HashBy.Select(policy => policy.ToItem())],
        LocalityAwareness = LocalityAwareness?.ToSettings(),
        Wire = Wire switch
        {
            null => null,
            MeshWire.Http1 => WireProtocol.Http1,
            MeshWire.Http2 => WireProtocol.Http2,
            _ => WireProtocol.Auto,
        },
    };
}
