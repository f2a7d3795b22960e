using Mesh.Model.Policies;
using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>A pause of a fixed length, or of one that is drawn evenly between two bounds.</summary>
public sealed record FaultDelay
{
    /// <summary>The longest pause: as long as a lease.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Its length; not beside <see cref="Min"/> and <see cref="Max"/>.</summary>
    public TimeSpan? Fixed { get; init; }

    /// <summary>Its least length. Default: 0, where <see cref="Max"/> is given.</summary>
    public TimeSpan? Min { get; init; }

    /// <summary>Its greatest length.</summary>
    public TimeSpan? Max { get; init; }

    /// <summary>Share of the requests, above 0 to 100. Default: 100.</summary>
    public double Percent { get; init; } = FaultPercent.All;

    /// <summary>The least length, whichever way it is said.</summary>
    public TimeSpan From => Fixed ?? Min ?? TimeSpan.Zero;

    /// <summary>The greatest length, whichever way it is said.</summary>
    public TimeSpan To => Fixed ?? Max ?? From;

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Fixed is null && Max is null)
        {
            yield return new(at, "says no length; write fixed, or min and max");
        }
        else if (Fixed is not null && (Min is not null || Max is not null))
        {
            yield return new(at / "fixed", "stands beside min or max; keep the one or the others");
        }
        else if (Max < Min)
        {
            yield return new(at / "max", $"must not be less than min ({Duration.Format(Min.Value)}) but is {Duration.Format(Max.Value)}");
        }

        foreach (var violation in Bound(Fixed, at / "fixed").Concat(Bound(Min, at / "min", zero: true)).Concat(Bound(Max, at / "max")).Concat(FaultPercent.Validate(Percent, at)))
        {
            yield return violation;
        }
    }

    internal static IEnumerable<Violation> Bound(TimeSpan? value, FieldPath at, bool zero = false) => value > Longest
        ? [new(at, $"must be at most {Duration.Format(Longest)} but is {Duration.Format(value.Value)}")]
        : Duration.Check(value, at, zeroIsOff: zero);
}
