using System.Diagnostics.CodeAnalysis;
using Envoy.Type.Matcher.V3;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>Conditions on texts: regular expressions cover the whole text in Envoy as in Mesh.</summary>
internal static class TextMatchCodec
{
    public static StringMatcher Exact(string value) => new() { Exact = value };

    public static StringMatcher Prefix(string value) => new() { Prefix = value };

    public static StringMatcher Regex(string value) => new() { SafeRegex = new RegexMatcher { Regex = value } };

    public static ValueMatch Decode(string name, StringMatcher matcher, string where) => matcher.MatchPatternCase switch
    {
        _ when matcher.IgnoreCase => throw new ResourceRefusedException($"{where}: ignore_case is not supported"),
        StringMatcher.MatchPatternOneofCase.Exact => new(name, ValueMatchKind.Exact, matcher.Exact),
        StringMatcher.MatchPatternOneofCase.Prefix => new(name, ValueMatchKind.Prefix, matcher.Prefix),
        StringMatcher.MatchPatternOneofCase.SafeRegex => new(name, ValueMatchKind.RegularExpression, matcher.SafeRegex.Regex),
        _ => throw new ResourceRefusedException($"{where}: {matcher.MatchPatternCase} is not supported"),
    };

    /// <summary>Reads <c>x or x/…</c>, which is how a prefix of whole elements is written where there is no word for it.</summary>
    public static bool TryElementPrefix(StringMatcher first, StringMatcher second, [NotNullWhen(true)] out string? prefix)
    {
        prefix = first.HasExact && second.HasPrefix && second.Prefix == first.Exact + "/" ? first.Exact : null;
        return prefix is not null;
    }
}
