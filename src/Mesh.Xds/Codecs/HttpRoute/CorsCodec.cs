using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Envoy.Extensions.Filters.Http.Cors.V3;
using Envoy.Type.Matcher.V3;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>What pages of other origins may do: the standard filter, by route.</summary>
internal static class CorsCodec
{
    /// <summary>The name of the filter among those of a connection manager, and of what routes say of it.</summary>
    public const string FilterName = "envoy.filters.http.cors";

    private const string AnyOrigin = ".*";
    private const string AnyHost = "[^:/]+";

    public static CorsPolicy Encode(RouteCors cors)
    {
        var policy = new CorsPolicy
        {
            AllowMethods = string.Join(", ", cors.AllowMethods),
            AllowHeaders = string.Join(", ", cors.AllowHeaders),
            ExposeHeaders = string.Join(", ", cors.ExposeHeaders),
            MaxAge = ((long)cors.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            AllowCredentials = cors.AllowCredentials,
            ForwardNotMatchingPreflights = false,
        };
        policy.AllowOriginStringMatch.AddRange(cors.AllowOrigins.Select(Origin));
        return policy;
    }

    public static RouteCors Decode(CorsPolicy policy, string where) => new()
    {
        AllowOrigins = [.. policy.AllowOriginStringMatch.Select(origin => Origin(origin, where))],
        AllowCredentials = policy.AllowCredentials ?? false,
        AllowMethods = Names(policy.AllowMethods),
        AllowHeaders = Names(policy.AllowHeaders),
        ExposeHeaders = Names(policy.ExposeHeaders),
        MaxAge = long.TryParse(policy.MaxAge, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : throw new ResourceRefusedException($"{where}.cors.max_age: '{policy.MaxAge}' is not a number of seconds"),
    };

    private static StringMatcher Origin(string origin) => origin switch
    {
        "*" => TextMatchCodec.Regex(AnyOrigin),
        _ when origin.Contains('*', StringComparison.Ordinal) => TextMatchCodec.Regex(string.Join(AnyHost, origin.Split('*').Select(Regex.Escape))),
        _ => TextMatchCodec.Exact(origin),
    };

    private static string Origin(StringMatcher origin, string where) => origin switch
    {
        { HasExact: true, IgnoreCase: false } => origin.Exact,
        { SafeRegex.Regex: AnyOrigin } => "*",
        { SafeRegex.Regex: { } expression } => Regex.Unescape(expression.Replace(AnyHost, "*", StringComparison.Ordinal)),
        _ => throw new ResourceRefusedException($"{where}.cors.allow_origin_string_match: {origin.MatchPatternCase} is not supported"),
    };

    private static ImmutableArray<string> Names(string list) => [.. list.Split(", ", StringSplitOptions.RemoveEmptyEntries)];
}
