using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>What a CORS filter has to look like.</summary>
internal static class CorsRules
{
    private const string Any = "*";

    public static IEnumerable<Violation> Validate(RouteCors cors, FieldPath at)
    {
        if (cors.AllowOrigins.IsEmpty)
        {
            yield return new(at / "allowOrigins", "is missing; without an origin no page may do anything: add one such as https://shop.example");
        }

        for (var i = 0; i < cors.AllowOrigins.Length; i++)
        {
            if (!IsOrigin(cors.AllowOrigins[i]))
            {
                yield return new((at / "allowOrigins")[i], $"must be * or scheme://host with an optional port, such as https://shop.example or https://*.shop.example:8443, but is {Wording.Quote(cors.AllowOrigins[i])}");
            }
        }

        foreach (var (field, names) in new[] { ("allowOrigins", cors.AllowOrigins), ("allowMethods", cors.AllowMethods), ("allowHeaders", cors.AllowHeaders), ("exposeHeaders", cors.ExposeHeaders) })
        {
            if (names.Length > 1 && names.Contains(Any))
            {
                yield return new(at / field, "holds * beside others; * stands for all of them: keep it alone, or leave it out");
            }
        }

        foreach (var violation in Others(cors.AllowMethods, at / "allowMethods", MatchRules.Method)
            .Concat(Others(cors.AllowHeaders, at / "allowHeaders", MatchRules.HeaderName))
            .Concat(Others(cors.ExposeHeaders, at / "exposeHeaders", MatchRules.HeaderName)))
        {
            yield return violation;
        }

        if (cors.MaxAge < TimeSpan.FromSeconds(1))
        {
            yield return new(at / "maxAge", $"must be at least 1 second but is {(long)cors.MaxAge.TotalSeconds}");
        }
    }

    private static IEnumerable<Violation> Others(ImmutableArray<string> names, FieldPath at, Func<string, FieldPath, IEnumerable<Violation>> validate) =>
        names.SelectMany((name, i) => name == Any ? [] : validate(name, at[i]));

    private static bool IsOrigin(string origin)
    {
        if (origin == Any)
        {
            return true;
        }

        var rest = origin.StartsWith("https://", StringComparison.Ordinal) ? origin.AsSpan(8) : origin.StartsWith("http://", StringComparison.Ordinal) ? origin.AsSpan(7) : [];
        var colon = rest.LastIndexOf(':');
        if (colon >= 0)
        {
            if (!int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            {
                return false;
            }

            rest = rest[..colon];
        }

        var host = rest.StartsWith("*.") ? rest[2..] : rest;
        return rest is "*" || (!host.IsEmpty && Uri.CheckHostName(host.ToString()) is UriHostNameType.Dns or UriHostNameType.IPv4);
    }
}
