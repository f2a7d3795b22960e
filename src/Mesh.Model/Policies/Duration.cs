using System.Globalization;
using System.Text;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>Durations as users write them: numbers with units, such as <c>500ms</c> or <c>1m30s</c> (Gateway API's GEP-2257).</summary>
public static class Duration
{
    /// <summary>The longest duration: what timers of this platform can hold with room to spare.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(24);

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("h", TimeSpan.FromHours(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">What it says; not bounded by <see cref="Longest"/>.</param>
    /// <returns>Whether it is one, and none that is longer than a <see cref="TimeSpan"/> can be.</returns>
    public static bool TryParse(string text, out TimeSpan value)
    {
        // Four numbers of nine digits are more than 64 bits can count.
        var isDuration = TryTicks(text, out var ticks) && ticks <= TimeSpan.MaxValue.Ticks;
        value = isDuration ? new TimeSpan((long)ticks) : TimeSpan.Zero;
        return isDuration;
    }

    /// <summary>Whether a text would be a duration if there were one that long.</summary>
    internal static bool IsTooLong(string text) => TryTicks(text, out var ticks) && ticks > TimeSpan.MaxValue.Ticks;

    public static string Format(TimeSpan value)
    {
        if (value <= TimeSpan.Zero)
        {
            return value == TimeSpan.Zero ? "0s" : value.ToString();
        }

        var text = new StringBuilder();
        foreach (var (unit, length) in Units)
        {
            var count = value.Ticks / length.Ticks;
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
                value -= length * count;
            }
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    /// <summary>Checks a bound.</summary>
    /// <param name="value">The duration.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="zeroIsOff">Whether 0s is a way to say "no bound".</param>
    public static IEnumerable<Violation> Check(TimeSpan? value, FieldPath at, bool zeroIsOff = false)
    {
        if (value < TimeSpan.Zero || (value == TimeSpan.Zero && !zeroIsOff))
        {
            yield return new(at, $"must be greater than zero but is {Format(value.Value)}; leave it out for the default");
        }
        else if (value > Longest)
        {
            yield return new(at, $"must be at most {Format(Longest)} but is {Format(value.Value)}{(zeroIsOff ? "; 0s switches it off" : "")}");
        }
        else if (value is { } given && given.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            // Only code can say so; as a document half a millisecond would be 0s, which is no bound at all.
            yield return new(at, $"must be whole milliseconds but is {given}");
        }
    }

    private static bool TryTicks(string text, out Int128 ticks)
    {
        ticks = 0;
        var rest = text.AsSpan();
        var parts = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9)
            {
                return false;
            }

            var letters = rest[digits..].IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest[digits..] : rest.Slice(digits, letters);
            if (!TryUnit(unit, out var length) || ++parts > Units.Length)
            {
                return false;
            }

            ticks += length.Ticks * (Int128)int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[(digits + unit.Length)..];
        }

        return parts > 0;
    }

    private static bool TryUnit(ReadOnlySpan<char> text, out TimeSpan length)
    {
        foreach (var (unit, span) in Units)
        {
            if (text.SequenceEqual(unit))
            {
                length = span;
                return true;
            }
        }

        length = default;
        return false;
    }
}
