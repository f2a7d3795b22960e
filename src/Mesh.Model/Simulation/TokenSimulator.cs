using System.Collections.Immutable;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>
/// What a port makes of a request's token. What can be seen is judged as sidecars judge it; a signature whose keys are not at hand is said not to have been looked at, and taken for right.
/// Claims that are given without a token count as those of one that was verified.
/// </summary>
internal static class TokenSimulator
{
    private const string Issuer = "iss";

    /// <summary>Judges.</summary>
    /// <param name="set">The port's permissions.</param>
    /// <param name="request">The request.</param>
    /// <param name="query">Its query, with the question mark.</param>
    public static TokenVerdict Judge(PermissionSet set, SimulatedRequest request, string query)
    {
        if (set.TokenProviders.IsEmpty)
        {
            return TokenVerdict.NotLookedFor;
        }

        var found = set.TokenProviders.SelectMany(p => p.EffectivePlaces).Distinct().Select(place => (Place: place, Tokens: Find(place, request, query))).Where(f => f.Tokens.Length > 0).ToList();
        if (found.Sum(f => f.Tokens.Length) > 1)
        {
            return Refused(TokenFailure.Several, "the request carries several tokens, and apps differ in which they read", Origin.Default);
        }

        if (found is not [var (place, tokens)])
        {
            return request.Claims.IsEmpty
                ? new() { IsWanting = true, Text = $"none; looked for in {string.Join(", ", set.TokenProviders.SelectMany(p => p.EffectivePlaces).Distinct().Select(Name))}" }
                : OfClaims(set, request);
        }

        if (SimulatedToken.Read(tokens[0], out var failure) is not { } token)
        {
            return Refused(failure, "it is no signed JSON Web Token that sidecars read", Origin.Default);
        }

        return Judge(set.TokenProviders.Where(p => p.EffectivePlaces.Contains(place) && p.Issuer == token.Issuer), token, request);
    }

    private static TokenVerdict Judge(IEnumerable<TokenProvider> providers, SimulatedToken token, SimulatedRequest request)
    {
        var refused = Refused(TokenFailure.Issuer, $"nobody here takes tokens of {token.Issuer}", Origin.Default);
        var taken = ImmutableArray.CreateBuilder<string>();
        var text = "";
        var origin = Origin.Default;
        foreach (var provider in providers)
        {
            var keys = provider.Keys ?? request.Keys;
            var why = token.WhyNot(provider, request.At) ?? (keys is null ? null : token.WhyNot(keys));
            if (why is { } failure)
            {
                refused = Refused(failure, Sentence(failure, provider), OriginOf(provider));
                continue;
            }

            var times = request.At is null ? "; its times were not looked at" : "";
            text = keys is not null ? $"taken: {provider.Name} issued it{times}"
                : $"taken if {provider.Name} signed it: its keys are at {provider.KeysUrl?.ToString() ?? provider.KeysFile}, and the signature was not verified{times}";
            origin = OriginOf(provider);
            taken.Add(provider.Name);
        }

        return taken.Count == 0 ? refused : new() { Providers = taken.DrainToImmutable(), HasClaim = token.Matches, Text = text, Origin = origin };
    }

    private static TokenVerdict OfClaims(PermissionSet set, SimulatedRequest request)
    {
        var issuers = request.Claims.Where(claim => claim.Key == Issuer).Select(claim => claim.Value).ToList();
        var theirs = set.TokenProviders.Where(provider => issuers.Contains(provider.Issuer)).ToList();
        return theirs.Count == 0
            ? Refused(TokenFailure.Issuer, issuers.Count == 0 ? "the claims name no issuer: give iss" : $"nobody here takes tokens of {string.Join(", ", issuers)}", Origin.Default)
            : new()
            {
                Providers = [.. theirs.Select(provider => provider.Name)],
                HasClaim = claim => HasClaim(claim, request),
                Text = $"the claims count as those of a token that {string.Join(", ", theirs.Select(p => p.Name))} issued and that was verified",
                Origin = OriginOf(theirs[0]),
            };
    }

    // Nested claims are named with dots; of a list each item is an entry.
    private static bool HasClaim(ClaimMatch match, SimulatedRequest request)
    {
        var name = string.Join('.', match.Path);
        var values = request.Claims.Where(claim => claim.Key == name).Select(claim => claim.Value).ToList();
        return match.Values.IsEmpty
            ? values.Any(value => match.Contains.Contains(value) || (values.Count == 1 && value.Split(' ').Any(match.Contains.Contains)))
            : values is [var only] && match.Values.Contains(only);
    }

    private static TokenVerdict Refused(TokenFailure failure, string sentence, Origin origin)
    {
        var (error, status) = failure == TokenFailure.KeysUnavailable ? ("token_keys_unavailable", 503) : ("token_invalid", 401);
        return new() { Error = error, Text = $"refused with {status}, {failure.Word()}: {sentence}", Origin = origin };
    }

    private static string Sentence(TokenFailure failure, TokenProvider provider) => failure switch
    {
        TokenFailure.Audience => $"{provider.Name} takes tokens for {string.Join(", ", provider.Audiences)}, and it was made for another audience",
        TokenFailure.Expired => "it has expired, or says nothing of its end",
        TokenFailure.NotYetValid => "it is not valid yet",
        TokenFailure.KeyUnknown => $"{provider.Name} has no such key, or several that it may mean",
        TokenFailure.Signature => $"it is not signed by {provider.Name}",
        TokenFailure.KeysUnavailable => $"the keys of {provider.Name} cannot be read",
        _ => "it is not as RFC 7519 demands",
    };

    private static ImmutableArray<string> Find(TokenPlace place, SimulatedRequest request, string query)
    {
        var headers = request.Headers.Where(h => h.Key.Equals(place.Kind == TokenPlaceKind.Cookie ? "Cookie" : place.Name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value.Trim(' ')).ToList();
        return place.Kind switch
        {
            TokenPlaceKind.Header => headers.Count > 1
                ? [.. headers]
                : [.. headers.Where(h => h.StartsWith(place.Prefix, StringComparison.OrdinalIgnoreCase)).Select(h => h[place.Prefix.Length..].Trim(' ')).Where(t => t.Length > 0)],
            TokenPlaceKind.Cookie =>
            [
                .. headers.SelectMany(h => h.Split(';', StringSplitOptions.TrimEntries)).Where(c => c.StartsWith($"{place.Name}=", StringComparison.Ordinal)).Select(c => c[(place.Name.Length + 1)..].Trim('"')).Where(t => t.Length > 0),
            ],
            _ => QueryText.First(query, place.Name) is { Length: > 0 } token ? [token] : [],
        };
    }

    private static string Name(TokenPlace place) => place.Kind switch
    {
        TokenPlaceKind.Header => $"header {place.Name}",
        TokenPlaceKind.Cookie => $"cookie {place.Name}",
        _ => $"query parameter {place.Name}",
    };

    // The wire name of a provider is namespace/policy/provider.
    private static Origin OriginOf(TokenProvider provider) =>
        provider.Name.LastIndexOf('/') is var slash and > 0 ? new Origin(TrafficPermissionPolicy.KindName, provider.Name[..slash], null, $"jwtProviders {provider.Name[(slash + 1)..]}") : Origin.Default;
}
