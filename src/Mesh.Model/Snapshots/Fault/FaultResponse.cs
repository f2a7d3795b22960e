using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>What happens to the body of a response, of streams and upgraded connections too.</summary>
public sealed record FaultResponse
{
    /// <summary>The most bytes that go to the caller in a second. <see langword="null"/>: no limit.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>After so many bytes it breaks off. <see langword="null"/>: it does not.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Share of the responses, above 0 to 100. Default: 100.</summary>
    public double Percent { get; init; } = FaultPercent.All;

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (BytesPerSecond is null && CutAfter is null)
        {
            yield return new(at, "says nothing that happens; write bytesPerSecond or cutAfter");
        }

        if (BytesPerSecond < 1)
        {
            yield return new(at / "bytesPerSecond", $"must be at least 1 but is {BytesPerSecond}");
        }

        if (CutAfter < 0)
        {
            yield return new(at / "cutAfter", $"must not be negative but is {CutAfter}; 0 cuts behind the head");
        }

        foreach (var violation in FaultPercent.Validate(Percent, at))
        {
            yield return violation;
        }
    }
}
