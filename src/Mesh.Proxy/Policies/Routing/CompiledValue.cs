using System.Text.RegularExpressions;
using Mesh.Model.Requests;
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
    public bool Matches(string? value) => value is null ? match.Kind == ValueMatchKind.Absent : IsMatch(value);

    /// <summary>Whether the first parameter of its name in a query matches. Allocates only for what is encoded.</summary>
    public bool MatchesParameter(ReadOnlySpan<char> query)
    {
        if (!QueryText.TryFind(query, Name, out var written))
        {
            return match.Kind == ValueMatchKind.Absent;
        }

        return IsMatch(QueryText.IsEncoded(written) ? QueryText.Decoded(written) : written);
    }

    private bool IsMatch(ReadOnlySpan<char> value) => match.Kind switch
    {
        ValueMatchKind.Absent => false,
        ValueMatchKind.Exact => value.SequenceEqual(match.Value),
        ValueMatchKind.Prefix => value.StartsWith(match.Value, StringComparison.Ordinal),
        ValueMatchKind.RegularExpression => _expression!.IsMatch(value),
        _ => true,
    };

    /// <summary>An expression that has to match the whole text, in time linear in its length whatever the text is.</summary>
    internal static Regex Expression(string pattern, bool ignoreCase = false) =>
        new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));
}
