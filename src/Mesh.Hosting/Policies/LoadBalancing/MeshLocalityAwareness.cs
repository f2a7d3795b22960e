using Aspire.Hosting;
using Mesh.Model.Policies.LoadBalancing;

namespace Mesh.Hosting;

/// <summary>The replicas of the caller's own zone first. A sidecar's zone is in its bootstrap file; for callers without one all replicas are alike.</summary>
[AspireDto]
public sealed class MeshLocalityAwareness
{
    /// <summary>Switches off what a less specific call or policy switched on. Default: false.</summary>
    public bool? Disabled { get; set; }

    /// <summary>Where requests go when too few replicas are left, step by step. A zone that no step leads to is not used. Default: to every other zone.</summary>
    public IList<MeshZoneFailover>? Failover { get; set; }

    /// <summary>Share of live replicas, in percent, below which the next zones take part, 1 to 100. Default: 50.</summary>
    public int? FailoverThreshold { get; set; }

    internal LocalityAwareness ToSettings() => new()
    {
        Disabled = Disabled,
        Failover = Failover is null ? null : [.. Failover.Select(step => step.ToSettings())],
        FailoverThreshold = FailoverThreshold,
    };
}
