using System.Globalization;

namespace Mesh.Benchmarks.Reporting;

/// <summary>How numbers are condensed and written.</summary>
internal static class Figures
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Where(value => !double.IsNaN(value)).Order().ToArray();
        return sorted.Length switch
        {
            0 => double.NaN,
            var count when count % 2 == 1 => sorted[count / 2],
            var count => (sorted[(count / 2) - 1] + sorted[count / 2]) / 2,
        };
    }

    /// <summary>The value below which this part of them lies.</summary>
    public static double Quantile(IReadOnlyCollection<double> values, double part)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * part)];
    }

    /// <summary>The median of what each round says on its own: rounds are close in time, so both sides met the same machine.</summary>
    public static double MedianRatio(IReadOnlyList<double> mine, IReadOnlyList<double> baseline) =>
        Median(mine.Zip(baseline, (left, right) => left / right));

    public static string Whole(double value) => Write(value, "0");

    public static string Tenth(double value) => Write(value, "0.0");

    public static string Ratio(double value) => Write(value, "0.00");

    private static string Write(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";
}
