using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Copies of requests for another service. Nobody waits for its answers; a service that does not exist gets none.</summary>
public sealed record MirrorFilter
{
    /// <summary>The service that gets the copies; its weight and filters are not used.</summary>
    public BackendRef Backend { get; init; } = new();

    /// <summary>Share of the requests in percent, 0 to 100. <see langword="null"/>: all, or what <see cref="Fraction"/> says.</summary>
    public double? Percent { get; init; }

    /// <summary>Share of the requests, not beside <see cref="Percent"/>.</summary>
    public Fraction? Fraction { get; init; }

    /// <summary>The share in percent, as exact as it travels.</summary>
    internal double Share => Math.Round(Percent ?? (Fraction is { } part ? 100.0 * part.Numerator / part.Denominator : 100), 4);

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in Backend.Validate(at / "backendRef"))
        {
            yield return violation;
        }

        if (Percent is < 0 or > 100)
        {
            yield return new(at / "percent", $"must be between 0 and 100 but is {Percent}");
        }

        if (Percent is not null && Fraction is not null)
        {
            yield return new(at / "fraction", "stands beside percent; keep one of them");
        }

        if (Fraction is { Denominator: < 1 })
        {
            yield return new(at / "fraction" / "denominator", $"must be at least 1 but is {Fraction.Denominator}");
        }
        else if (Fraction is not null && (Fraction.Numerator < 0 || Fraction.Numerator > Fraction.Denominator))
        {
            yield return new(at / "fraction" / "numerator", $"must be between 0 and the denominator, {Fraction.Denominator}, but is {Fraction.Numerator}");
        }
    }
}
