using System.Text.RegularExpressions;
using Mesh.Model.Snapshots;
using ValueMatch = Mesh.Model.Snapshots.ValueMatch;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A match of a header or query parameter, ready to run.</summary>
internal sealed class CompiledValue(ValueMatch match)
{
    private readonly Regex? _expression = match.Kind == ValueMatchKind.RegularExpression ? Expression(match.Value) : null;

    /// <summary>The header's or parameter's name.</summary>
    public string Name => match.Name;

    /// <summary>Whether a value matches; <see langword="null"/>: there is none.</summary>
    public bool Matches(string? value) => match.Kind switch
    {
        ValueMatchKind.Absent => value is null,
        _ when value is null => false,
        ValueMatchKind.Exact => value == match.Value,
        ValueMatchKind.Prefix => value.StartsWith(match.Value, StringComparison.Ordinal),
        ValueMatchKind.RegularExpression => _expression!.IsMatch(value),
        _ => true,
    };

    /// <summary>An expression that has to match the whole text, in time linear in its length whatever the text is.</summary>
    internal static Regex Expression(string pattern, bool ignoreCase = false) =>
        new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));
}
