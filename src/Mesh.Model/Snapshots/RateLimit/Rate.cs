using System.Globalization;
using Mesh.Model.Policies;
using Mesh.Model.Validation;

namespace Mesh.Model.Snapshots;

/// <summary>How much may come in how long: a token bucket that fills evenly.</summary>
/// <param name="Num">How many in <paramref name="Interval"/>, 1 to 1,000,000.</param>
/// <param name="Interval">The interval, at least 50 ms.</param>
/// <param name="Burst">How many may come at once after a rest: the size of the bucket, 1 to 1,000,000. 0: as many as <paramref name="Num"/>.</param>
public readonly record struct Rate(int Num, TimeSpan Interval, int Burst = 0)
{
    /// <summary>The most that <see cref="Num"/> and <see cref="Burst"/> may be: a clock can tell no more apart.</summary>
    public const int Most = 1_000_000;

    /// <summary>The least interval: Envoy's.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>The size of the bucket.</summary>
    public int Size => Burst == 0 ? Num : Burst;

    /// <inheritdoc />
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Num} in {Duration.Format(Interval)}{(Size == Num ? "" : $" (burst {Burst})")}");

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Num is < 1 or > Most)
        {
            yield return new(at / "num", string.Create(CultureInfo.InvariantCulture, $"must be between 1 and {Most} but is {Num}; to let nobody in use a TrafficPermission"));
        }

        if (Burst is < 0 or > Most)
        {
            yield return new(at / "burst", string.Create(CultureInfo.InvariantCulture, $"must be between 1 and {Most} but is {Burst}; leave it out for as many as num"));
        }

        if (Interval < ShortestInterval)
        {
            yield return new(at / "interval", $"must be at least {Duration.Format(ShortestInterval)} but is {Duration.Format(Interval)}; make num and interval greater alike");
        }
        else
        {
            foreach (var violation in Duration.Check(Interval, at / "interval"))
            {
                yield return violation;
            }
        }
    }
}
