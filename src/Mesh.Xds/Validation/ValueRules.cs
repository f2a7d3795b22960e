using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Mesh.Xds.Validation;

/// <summary>Holds one value against one rule.</summary>
internal static partial class ValueRules
{
    public static bool Holds(FieldRule rule, object? value, FieldDescriptor field) => rule.Name switch
    {
        "required" => value is not null,
        "min_len" => Length(value) >= Number(rule.Value),
        "max_len" => Length(value) <= Number(rule.Value),
        "max_bytes" => value is not string text || Encoding.UTF8.GetByteCount(text) <= Number(rule.Value),
        "min_items" => value is ICollection items && items.Count >= Number(rule.Value),
        "max_items" => value is ICollection items && items.Count <= Number(rule.Value),
        "well_known_regex" => value is not string text || WellKnown(rule.Value).IsMatch(text),
        "pattern" => value is not string text || Pattern(rule.Value, text),
        "defined_only" => field.EnumType.FindValueByNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture)) is not null,
        "not_in" => Measure(value) != Number(rule.Value),
        "const" => value is true,
        "gt" => Measure(value) is not { } measure || measure > Number(rule.Value),
        "gte" => Measure(value) is not { } measure || measure >= Number(rule.Value),
        "lt" => Measure(value) is not { } measure || measure < Number(rule.Value),
        "lte" => Measure(value) is not { } measure || measure <= Number(rule.Value),
        _ => throw new NotSupportedException($"rules.txt has a rule that nothing checks: {rule}"),
    };

    private static double Number(string text) => double.Parse(text.TrimEnd('s'), CultureInfo.InvariantCulture);

    private static double Length(object? value) => value switch
    {
        string text => text.EnumerateRunes().Count(),
        ByteString bytes => bytes.Length,
        _ => 0,
    };

    /// <summary>Absent wrappers and durations have no measure: rules on values hold for what is not there.</summary>
    private static double? Measure(object? value) => value switch
    {
        null => null,
        Duration duration => duration.Seconds + (duration.Nanos / 1e9),
        IConvertible number => Convert.ToDouble(number, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"no measure for {value.GetType()}"),
    };

    private static Regex WellKnown(string name) => name switch
    {
        "HTTP_HEADER_NAME" => HeaderName(),
        "HTTP_HEADER_VALUE" => HeaderValue(),
        _ => throw new NotSupportedException($"rules.txt has a well-known expression that nothing checks: {name}"),
    };

    private static bool Pattern(string pattern, string text) => Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking);

    // protoc-gen-validate's own, for strict = false.
    [GeneratedRegex("^[^\0\n\r]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName();

    [GeneratedRegex("^[^\0\n\r]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderValue();
}
