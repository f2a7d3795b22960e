using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Envoy.Config.Rbac.V3;
using Envoy.Type.Matcher.V3;
using Mesh.Model.Snapshots;
using PathSegment = Envoy.Type.Matcher.V3.MetadataMatcher.Types.PathSegment;

namespace Mesh.Xds.Codecs;

/// <summary>
/// What a rule wants of a token, as conditions on what Envoy's JWT filter notes of it: <c>who and (provider and claims, or the next provider …)</c>.
/// </summary>
internal static class TokenMatchCodec
{
    /// <summary>The filter's name, under which Envoy keeps the claims.</summary>
    public const string FilterName = "envoy.filters.http.jwt_authn";

    private const string Issuer = "iss";

    /// <summary>A caller who also has to show the token.</summary>
    public static Principal Encode(Principal who, TokenMatch token)
    {
        var both = new Principal.Types.Set();
        both.Ids.Add(who);
        both.Ids.Add(Encode(token));
        return new() { AndIds = both };
    }

    /// <summary>Takes the token's condition, the same in all of them, from principals.</summary>
    public static (ImmutableArray<Principal> Who, TokenMatch? Token) Decode(ImmutableArray<Principal> principals, string where)
    {
        if (principals.All(principal => principal.AndIds is null))
        {
            return (principals, null);
        }

        var condition = principals[0].AndIds is { Ids: [_, var first] } ? first : null;
        var token = condition is null ? null : Decode(condition);
        if (token is null || principals.Any(principal => principal.AndIds is not { Ids: [_, var second] } || !second.Equals(condition)) || !Encode(token).Equals(condition))
        {
            throw new ResourceRefusedException($"{where}: principals of the form and_ids are supported for tokens only, and this is no condition on one");
        }

        return ([.. principals.Select(principal => principal.AndIds.Ids[0])], token);
    }

    private static Principal Encode(TokenMatch token)
    {
        var either = new Principal.Types.Set();
        foreach (var provider in token.Providers)
        {
            var all = new Principal.Types.Set();
            all.Ids.Add(Claim(provider, [Issuer], new ValueMatcher { PresentMatch = true }));
            all.Ids.AddRange(token.Claims.Select(claim => Claim(provider, claim.Path, Encode(claim))));
            either.Ids.Add(new Principal { AndIds = all });
        }

        var any = new Principal { OrIds = either };
        return token.Missing ? new() { NotId = any } : any;
    }

    private static TokenMatch? Decode(Principal condition)
    {
        var any = condition.NotId ?? condition;
        if (any.OrIds is not { Ids: [{ AndIds: { Ids.Count: > 0 } first }, ..] } || any.OrIds.Ids.Any(id => id.AndIds is not { Ids: [{ Metadata.Path.Count: > 0 }, ..] }))
        {
            return null;
        }

        var claims = first.Ids.Skip(1).Select(id => Decode(id.Metadata)).ToImmutableArray();
        return claims.Any(claim => claim is null) ? null : new()
        {
            Providers = [.. any.OrIds.Ids.Select(id => id.AndIds.Ids[0].Metadata.Path[0].Key)],
            Missing = condition.NotId is not null,
            Claims = [.. claims.OfType<ClaimMatch>()],
        };
    }

    private static Principal Claim(string provider, ImmutableArray<string> path, ValueMatcher value)
    {
        var metadata = new MetadataMatcher { Filter = FilterName, Value = value };
        metadata.Path.Add(new PathSegment { Key = provider });
        metadata.Path.AddRange(path.Select(segment => new PathSegment { Key = segment }));
        return new() { Metadata = metadata };
    }

    private static ValueMatcher Encode(ClaimMatch claim)
    {
        var alternatives = claim.Values.SelectMany(Value).Concat(claim.Contains.SelectMany(Word)).ToList();
        return alternatives is [var only] ? only : new() { OrMatch = new OrMatcher { ValueMatchers = { alternatives } } };
    }

    private static ClaimMatch? Decode(MetadataMatcher? metadata)
    {
        if (metadata is not { Path.Count: > 1, Value: { } value })
        {
            return null;
        }

        var alternatives = value.OrMatch?.ValueMatchers.ToImmutableArray() ?? [value];
        return new()
        {
            Path = [.. metadata.Path.Skip(1).Select(segment => segment.Key)],
            Values = [.. alternatives.Where(a => a.StringMatch is { HasExact: true }).Select(a => a.StringMatch.Exact)],
            Contains = [.. alternatives.Where(a => a.ListMatch?.OneOf?.StringMatch is { HasExact: true }).Select(a => a.ListMatch.OneOf.StringMatch.Exact)],
        };
    }

    private static IEnumerable<ValueMatcher> Value(string value)
    {
        yield return Text(value);
        if (value is "true" or "false")
        {
            yield return new() { BoolMatch = value == "true" };
        }
    }

    private static IEnumerable<ValueMatcher> Word(string word) =>
    [
        new() { ListMatch = new ListMatcher { OneOf = Text(word) } },
        new() { StringMatch = TextMatchCodec.Regex($"(?:.* )?{Regex.Escape(word)}(?: .*)?") },
    ];

    private static ValueMatcher Text(string text) => new() { StringMatch = TextMatchCodec.Exact(text) };
}
