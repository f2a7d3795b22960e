using System.Globalization;
using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>Shares of faults.</summary>
internal static class FaultPercent
{
    /// <summary>Every one.</summary>
    public const double All = 100;

    /// <summary>The least share: one in a million, the finest that the wire can say.</summary>
    private const double Least = 0.0001;

    public static IEnumerable<Violation> Validate(double percent, FieldPath at)
    {
        if (percent is not (>= Least and <= All))
        {
            yield return new(at / "percent", string.Create(CultureInfo.InvariantCulture, $"must be above 0 (at least 0.0001) and at most 100 but is {percent}; leave it out for all"));
        }
    }
}
