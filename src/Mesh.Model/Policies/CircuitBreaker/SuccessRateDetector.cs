using System.Globalization;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>Leaves out a replica whose share of successes in an interval is far below that of the others: by so many standard deviations below their mean.</summary>
public sealed record SuccessRateDetector : PolicySettings
{
    /// <summary>Replicas with enough requests that there have to be, 1 to 1,000,000. Default: 5 (Envoy).</summary>
    public int? MinimumHosts { get; init; }

    /// <summary>Requests in an interval that make a replica count, 1 to 1,000,000. Default: 100 (Envoy).</summary>
    public int? RequestVolume { get; init; }

    /// <summary>Standard deviations, more than 0, at most 100. Default: 1.9 (Envoy).</summary>
    public double? StandardDeviationFactor { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in DetectorVolume.Validate(MinimumHosts, RequestVolume, at))
        {
            yield return violation;
        }

        // Travels in thousandths.
        if (StandardDeviationFactor is < 0.001 or > 100)
        {
            yield return new(at / "standardDeviationFactor", string.Create(CultureInfo.InvariantCulture, $"must be between 0.001 and 100 but is {StandardDeviationFactor}"));
        }
    }
}
