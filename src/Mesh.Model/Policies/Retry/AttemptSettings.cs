using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Retry;

/// <summary>What HTTP and gRPC retries have in common.</summary>
public abstract record AttemptSettings : PolicySettings
{
    /// <summary>Retries after the first attempt; 0 switches off. Without any policy: 2.</summary>
    public int? NumRetries { get; init; }

    /// <summary>Limit for one attempt until its response begins. Zero: none. Without any policy: none.</summary>
    public TimeSpan? PerTryTimeout { get; init; }

    /// <summary>First pause; doubled each time, with full jitter. Without any policy: 25 ms, Envoy's and Kuma's.</summary>
    public TimeSpan? BackOffBase { get; init; }

    /// <summary>Longest pause. Left out: ten times the base, as in Envoy and Kuma.</summary>
    public TimeSpan? BackOffMax { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        if (NumRetries is < 0 or > 100)
        {
            yield return new(at / "numRetries", $"must be between 0 and 100 but is {NumRetries}; 0 switches retries off");
        }

        foreach (var violation in Duration.Check(PerTryTimeout, at / "perTryTimeout", zeroIsOff: true)
            .Concat(Duration.Check(BackOffBase, at / "backOff" / "base"))
            .Concat(Duration.Check(BackOffMax, at / "backOff" / "max")))
        {
            yield return violation;
        }

        if (BackOffMax < BackOffBase)
        {
            yield return new(at / "backOff" / "max", $"must not be less than base ({Duration.Format(BackOffBase.Value)}) but is {Duration.Format(BackOffMax.Value)}");
        }
    }
}
