using System.Collections.Concurrent;
using System.Text.Json;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>
/// Verifies the tokens of one provider. Head, key, times and audience are judged here, by rules stricter than the library's; the library then verifies the signature, the
/// issuer and the audience once more with that one key. Either can refuse.
/// </summary>
internal sealed class TokenVerifier(TokenProvider provider, TokenKeySource keys, TimeProvider time) : IDisposable
{
    /// <summary>How many verified tokens are kept: some megabytes at most.</summary>
    public const int MostKept = 1024;

    private static readonly JsonWebTokenHandler Library = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = TokenText.Longest, SetDefaultTimesOnTokenCreation = false };

    private readonly ConcurrentDictionary<TokenHash, Kept> _kept = new();

    /// <summary>Whose tokens.</summary>
    public TokenProvider Provider => provider;

    /// <summary>A token that was verified before, and still is.</summary>
    public VerifiedToken? FindKept(TokenHash hash)
    {
        if (!_kept.TryGetValue(hash, out var kept))
        {
            return null;
        }

        if (ReferenceEquals(kept.Keys, keys.Current()) && time.GetUtcNow() < kept.Token.Expires)
        {
            return kept.Token;
        }

        _kept.TryRemove(KeyValuePair.Create(hash, kept));
        return null;
    }

    /// <summary>Verifies a token whose issuer is this one.</summary>
    public async ValueTask<(VerifiedToken? Token, TokenFailure Failure)> VerifyAsync(string token, TokenText text, TokenHash hash, CancellationToken cancellationToken)
    {
        if (await keys.WaitAsync(cancellationToken) is not { } set)
        {
            return (null, TokenFailure.KeysUnavailable);
        }

        var key = set.Find(text.KeyId, text.Algorithm);
        if (key is null && await keys.AgainAsync(cancellationToken) is { } again)
        {
            set = again;
            key = set.Find(text.KeyId, text.Algorithm);
        }

        if (key is null)
        {
            return (null, TokenFailure.KeyUnknown);
        }

        if (CheckClaims(text.Claims, out var expires) is { } failure)
        {
            return (null, failure);
        }

        if (!await IsSignedAsync(token, text, key))
        {
            return (null, TokenFailure.Signature);
        }

        var verified = new VerifiedToken(provider.Name, text.Claims, expires);
        Keep(hash, new(verified, set));
        return (verified, default);
    }

    /// <inheritdoc />
    public void Dispose() => keys.Dispose();

    private async ValueTask<bool> IsSignedAsync(string token, TokenText text, JsonWebKey key)
    {
        var result = await Library.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = provider.Issuer,
            ValidAudiences = provider.Audiences,
            ValidateAudience = !provider.Audiences.IsEmpty,
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            ValidAlgorithms = [text.Algorithm],
            ValidateLifetime = false, // done, by the clock of this process
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            IncludeTokenOnFailedValidation = false,
            LogTokenId = false,
        });
        return result.IsValid;
    }

    // RFC 7519, section 4.1. Times are numbers; texts that hold numbers are what some libraries take and others not.
    private TokenFailure? CheckClaims(JsonElement claims, out DateTimeOffset expires)
    {
        expires = default;
        if (!claims.GetProperty("iss").ValueEquals(provider.Issuer))
        {
            return TokenFailure.Issuer;
        }

        if (!provider.Audiences.IsEmpty && !IsForUs(claims))
        {
            return TokenFailure.Audience;
        }

        if (!TryTime(claims, "exp", out var end) || !TryTime(claims, "nbf", out var begin) || !TryTime(claims, "iat", out var issued))
        {
            return TokenFailure.Malformed;
        }

        var now = time.GetUtcNow();
        if (end is null || now >= end + provider.ClockSkew)
        {
            return TokenFailure.Expired;
        }

        expires = end.Value + provider.ClockSkew;
        return now + provider.ClockSkew < begin || now + provider.ClockSkew < issued ? TokenFailure.NotYetValid : null;
    }

    private bool IsForUs(JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var audience))
        {
            return false;
        }

        return audience.ValueKind == JsonValueKind.Array ? audience.EnumerateArray().Any(IsOurs) : IsOurs(audience);

        bool IsOurs(JsonElement one) => one.ValueKind == JsonValueKind.String && provider.Audiences.Any(a => one.ValueEquals(a));
    }

    private static bool TryTime(JsonElement claims, string name, out DateTimeOffset? value)
    {
        value = null;
        if (!claims.TryGetProperty(name, out var found))
        {
            return true;
        }

        // To the end of the year 9000, beyond which sums would overflow.
        if (found.ValueKind != JsonValueKind.Number || !found.TryGetDouble(out var seconds) || seconds is not (>= 0 and < 221_845_392_000))
        {
            return false;
        }

        value = DateTimeOffset.UnixEpoch.AddSeconds(Math.Floor(seconds));
        return true;
    }

    private void Keep(TokenHash hash, Kept kept)
    {
        if (_kept.Count >= MostKept)
        {
            var now = time.GetUtcNow();
            foreach (var (old, entry) in _kept)
            {
                if (entry.Token.Expires <= now || !ReferenceEquals(entry.Keys, kept.Keys))
                {
                    _kept.TryRemove(old, out _);
                }
            }

            if (_kept.Count >= MostKept)
            {
                _kept.Clear();
            }
        }

        _kept[hash] = kept;
    }

    private sealed record Kept(VerifiedToken Token, TokenKeySet Keys);
}
