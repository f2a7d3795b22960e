using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.LoadBalancing;

/// <summary>The replicas of the caller's own zone first, others when too few of them are left.</summary>
public sealed record LocalityAwareness
{
    /// <summary>Switches off what a less specific policy switched on. Default: false.</summary>
    public bool? Disabled { get; init; }

    /// <summary>Where requests go when too few are left, step by step. Default: to every other zone.</summary>
    public ImmutableArray<ZoneFailover>? Failover { get; init; }

    /// <summary>Share of live replicas, in percent, below which the next zones take part, 1 to 100. Default: 50.</summary>
    public int? FailoverThreshold { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        var crossZone = at / "crossZone";
        if (FailoverThreshold is < 1 or > 100)
        {
            yield return new(crossZone / "failoverThreshold" / "percentage", $"must be between 1 and 100 but is {FailoverThreshold}");
        }

        for (var i = 0; i < (Failover?.Length ?? 0); i++)
        {
            var (step, to) = (Failover!.Value[i], (crossZone / "failover")[i] / "to");
            var needsZones = step.To is ZoneFailoverKind.Only or ZoneFailoverKind.AnyExcept;
            if (needsZones && step.Zones.IsEmpty)
            {
                yield return new(to / "zones", $"is missing; name the zones, or use type {ZoneFailoverKind.Any} or {ZoneFailoverKind.None}");
            }
            else if (!needsZones && !step.Zones.IsEmpty)
            {
                yield return new(to / "zones", $"means nothing with type {step.To}; leave it out, or use type {ZoneFailoverKind.Only} or {ZoneFailoverKind.AnyExcept}");
            }
        }
    }
}
