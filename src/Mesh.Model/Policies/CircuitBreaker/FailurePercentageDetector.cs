using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>Leaves out a replica of whose requests in an interval so many failed.</summary>
public sealed record FailurePercentageDetector : PolicySettings
{
    /// <summary>Replicas with enough requests that there have to be, 1 to 1,000,000. Default: 5 (Envoy).</summary>
    public int? MinimumHosts { get; init; }

    /// <summary>Requests in an interval that make a replica count, 1 to 1,000,000. Default: 50 (Envoy).</summary>
    public int? RequestVolume { get; init; }

    /// <summary>Failures in percent of its requests, 1 to 100. Default: 85 (Envoy).</summary>
    public int? Threshold { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in DetectorVolume.Validate(MinimumHosts, RequestVolume, at))
        {
            yield return violation;
        }

        if (Threshold is < 1 or > 100)
        {
            yield return new(at / "threshold", $"must be between 1 and 100 but is {Threshold}");
        }
    }
}
