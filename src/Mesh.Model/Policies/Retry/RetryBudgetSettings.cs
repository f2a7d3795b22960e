using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Retry;

/// <summary>How much of the traffic to an upstream port retries may be, over all callers' requests in one sidecar.</summary>
public sealed record RetryBudgetSettings : PolicySettings
{
    /// <summary>Retries in percent of the requests of the last <see cref="Interval"/>, 0 to 100. Without any policy: 20 (Gateway API).</summary>
    public double? Percent { get; init; }

    /// <summary>What is looked back on. Without any policy: 10 s (Gateway API).</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Retries per second that are always allowed. Without any policy: 10 (Gateway API).</summary>
    public int? MinPerSecond { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Percent is < 0 or > 100)
        {
            yield return new(at / "percent", $"must be between 0 and 100 but is {Percent}");
        }

        foreach (var violation in Duration.Check(Interval, at / "interval"))
        {
            yield return violation;
        }

        if (MinPerSecond is < 0 or > 1_000_000)
        {
            yield return new(at / "minPerSecond", $"must be between 0 and 1000000 but is {MinPerSecond}");
        }
    }
}
