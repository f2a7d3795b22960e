using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.LoadBalancing;

/// <summary>How a replica is picked.</summary>
public sealed record LoadBalancingSettings : PolicySettings
{
    /// <summary>The algorithm. Without any policy: least request.</summary>
    public LoadBalancingKind? Type { get; init; }

    /// <summary>For least request: replicas drawn and compared, 2 to 100. Without any policy: 2.</summary>
    public int? ChoiceCount { get; init; }

    /// <summary>What the sidecars speak with each other for HTTP. Without any policy: by what is in flight.</summary>
    public WireProtocol? Wire { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        if (ChoiceCount is < 2 or > 100)
        {
            yield return new(at / "leastRequest" / "choiceCount", $"must be between 2 and 100 but is {ChoiceCount}");
        }

        if (ChoiceCount is not null && Type is not (null or LoadBalancingKind.LeastRequest))
        {
            yield return new(at / "leastRequest", $"means nothing with type {Type}; leave it out, or use type LeastRequest");
        }
    }
}
