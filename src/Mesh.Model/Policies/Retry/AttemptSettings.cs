using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
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

    /// <summary>Response headers that say how long to wait before the next attempt; the list replaces that of less specific policies. Without any policy: none is asked.</summary>
    public ImmutableArray<ResetHeader>? ResetHeaders { get; init; }

    /// <summary>A header that asks for longer is not heard. Without any policy: 300 s, Envoy's and Kuma's.</summary>
    public TimeSpan? RateLimitedMaxInterval { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        for (var i = 0; i < (ResetHeaders?.Length ?? 0); i++)
        {
            foreach (var violation in MatchRules.HeaderName(ResetHeaders!.Value[i].Name, (at / "rateLimitedBackOff" / "resetHeaders")[i] / "name"))
            {
                yield return violation;
            }
        }

        if (NumRetries is < 0 or > 100)
        {
            yield return new(at / "numRetries", $"must be between 0 and 100 but is {NumRetries}; 0 switches retries off");
        }

        foreach (var violation in Duration.Check(PerTryTimeout, at / "perTryTimeout", zeroIsOff: true)
            .Concat(Duration.Check(BackOffBase, at / "backOff" / "base"))
            .Concat(Duration.Check(BackOffMax, at / "backOff" / "max"))
            .Concat(Duration.Check(RateLimitedMaxInterval, at / "rateLimitedBackOff" / "maxInterval")))
        {
            yield return violation;
        }

        if (BackOffMax < BackOffBase)
        {
            yield return new(at / "backOff" / "max", $"must not be less than base ({Duration.Format(BackOffBase.Value)}) but is {Duration.Format(BackOffMax.Value)}");
        }
    }
}
