using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>Failures in a row after which a replica is left out.</summary>
public sealed record ConsecutiveFailures : PolicySettings
{
    /// <summary>How many, 1 to 1,000,000. Default: 5 (Envoy).</summary>
    public int? Consecutive { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Consecutive is < 1 or > 1_000_000)
        {
            yield return new(at / "consecutive", $"must be between 1 and 1000000 but is {Consecutive}");
        }
    }
}
