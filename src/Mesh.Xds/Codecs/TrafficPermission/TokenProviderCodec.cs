using System.Collections.Immutable;
using System.Globalization;
using Envoy.Config.Core.V3;
using Envoy.Extensions.Filters.Http.JwtAuthn.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using RouteMatchMessage = Envoy.Config.Route.V3.RouteMatch;

namespace Mesh.Xds.Codecs;

/// <summary>Whose tokens a port takes, as Envoy's JWT filter: a token may be missing, but none that is there may be wrong.</summary>
internal static class TokenProviderCodec
{
    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(5);

    public static JwtAuthentication Encode(ImmutableArray<TokenProvider> providers)
    {
        var any = new JwtRequirementOrList();
        any.Requirements.AddRange(providers.Select(provider => new JwtRequirement { ProviderName = provider.Name }));
        any.Requirements.Add(new JwtRequirement { AllowMissing = new Empty() });
        var filter = new JwtAuthentication
        {
            Rules = { new RequirementRule { Match = new RouteMatchMessage { Prefix = "/" }, Requires = new JwtRequirement { RequiresAny = any } } },
        };
        foreach (var provider in providers)
        {
            filter.Providers[provider.Name] = Encode(provider);
        }

        return filter;
    }

    /// <param name="filter">The filter.</param>
    /// <param name="staleLimits">What only Mesh says of its providers.</param>
    /// <param name="where">Where it stands.</param>
    public static ImmutableArray<TokenProvider> Decode(JwtAuthentication filter, IReadOnlyDictionary<string, Duration> staleLimits, string where)
    {
        ImmutableArray<TokenProvider> providers =
        [
            .. filter.Providers.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => Decode(p.Key, p.Value, staleLimits.TryGetValue(p.Key, out var limit) ? limit : null, $"{where}, provider {p.Key}")),
        ];

        // What lets wrong tokens pass, or looks at some requests only, is not what was meant here.
        return filter.Rules.Equals(Encode(providers).Rules)
            ? providers
            : throw new ResourceRefusedException($"{where}.rules: not one for every request that takes any provider's token or none");
    }

    /// <summary>The cluster by which Envoy reaches a provider's keys.</summary>
    public static string KeysCluster(Uri url) => string.Create(CultureInfo.InvariantCulture, $"jwks/{url.Scheme}/{url.Host}:{url.Port}");

    private static JwtProvider Encode(TokenProvider provider)
    {
        var message = new JwtProvider
        {
            Issuer = provider.Issuer,
            Forward = provider.Forward,
            PayloadInMetadata = provider.Name,
            ClockSkewSeconds = (uint)provider.ClockSkew.TotalSeconds,
            JwtCacheConfig = new JwtCacheConfig(),
        };
        message.Audiences.AddRange(provider.Audiences);
        foreach (var place in provider.EffectivePlaces)
        {
            switch (place.Kind)
            {
                case TokenPlaceKind.Header:
                    message.FromHeaders.Add(new JwtHeader { Name = place.Name, ValuePrefix = place.Prefix });
                    break;
                case TokenPlaceKind.Cookie:
                    message.FromCookies.Add(place.Name);
                    break;
                default:
                    message.FromParams.Add(place.Name);
                    break;
            }
        }

        if (provider.KeysUrl is { } url)
        {
            message.RemoteJwks = new RemoteJwks
            {
                HttpUri = new HttpUri { Uri = url.AbsoluteUri, Cluster = KeysCluster(url), Timeout = Duration.FromTimeSpan(FetchLimit) },
                CacheDuration = Duration.FromTimeSpan(provider.CacheDuration),
                AsyncFetch = new JwksAsyncFetch { FastListener = true },
            };
        }
        else
        {
            message.LocalJwks = provider.KeysFile is { } file ? new DataSource { Filename = file } : new DataSource { InlineString = provider.Keys ?? "" };
        }

        return message;
    }

    private static TokenProvider Decode(string name, JwtProvider message, Duration? staleLimit, string where)
    {
        ImmutableArray<TokenPlace> places =
        [
            .. message.FromHeaders.Select(header => new TokenPlace(TokenPlaceKind.Header, header.Name, header.ValuePrefix)),
            .. message.FromCookies.Select(cookie => new TokenPlace(TokenPlaceKind.Cookie, cookie)),
            .. message.FromParams.Select(parameter => new TokenPlace(TokenPlaceKind.Query, parameter)),
        ];
        if (message.Issuer.Length == 0 || places.IsEmpty || message.PayloadInMetadata != name)
        {
            throw new ResourceRefusedException($"{where}: it names no issuer, no place of the token, or notes its claims under another name");
        }

        var provider = new TokenProvider
        {
            Name = name,
            Issuer = message.Issuer,
            Audiences = [.. message.Audiences],
            Places = places is [var only] && only == TokenProvider.DefaultPlace ? [] : places,
            ClockSkew = TimeSpan.FromSeconds(message.ClockSkewSeconds),
            Forward = message.Forward,
            StaleLimit = staleLimit?.ToTimeSpan() ?? TokenProvider.DefaultStaleLimit,
        };
        return message switch
        {
            { LocalJwks: { HasFilename: true, Filename: { Length: > 0 } file } } => provider with { KeysFile = file, CacheDuration = TokenProvider.DefaultCacheDuration },
            { LocalJwks: { HasInlineString: true, InlineString: { Length: > 0 } keys } } => provider with { Keys = keys },
            { RemoteJwks: { HttpUri: { } uri, CacheDuration: { } cache } } when Uri.TryCreate(uri.Uri, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" =>
                provider with { KeysUrl = url, CacheDuration = cache.ToTimeSpan() },
            _ => throw new ResourceRefusedException($"{where}: the keys are neither in a file, nor in the message, nor at a URL with a time for which they are good"),
        };
    }
}
