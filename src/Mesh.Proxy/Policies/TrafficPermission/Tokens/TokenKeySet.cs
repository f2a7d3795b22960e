using System.Collections.Immutable;
using Mesh.Model.Requests;
using Microsoft.IdentityModel.Tokens;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>An issuer's public keys, as <see cref="TokenKeys"/> reads them: whoever explains a request reads them so too.</summary>
internal sealed class TokenKeySet
{
    private readonly ImmutableArray<JsonWebKey> _keys;

    private TokenKeySet(string text, ImmutableArray<JsonWebKey> keys)
    {
        Json = text;
        _keys = keys;
    }

    /// <summary>The set as it came.</summary>
    public string Json { get; }

    /// <summary>How many keys can be used.</summary>
    public int Count => _keys.Length;

    /// <summary>Reads a set.</summary>
    /// <exception cref="InvalidDataException">It is none, or has no key that can be used.</exception>
    public static TokenKeySet Parse(string json) => new(json, [.. TokenKeys.Parse(json).Select(Read)]);

    /// <summary>The key that may have signed; <see langword="null"/>: none, or it is not said which of several.</summary>
    /// <param name="keyId">The key that the token names; <see langword="null"/>: none.</param>
    /// <param name="algorithm">What the token says it is signed by.</param>
    public JsonWebKey? Find(string? keyId, string algorithm)
    {
        JsonWebKey? found = null;
        foreach (var key in _keys)
        {
            if ((keyId is null || key.KeyId == keyId) && Fits(key, algorithm))
            {
                if (found is not null)
                {
                    return null;
                }

                found = key;
            }
        }

        return found;
    }

    private static bool Fits(JsonWebKey key, string algorithm) =>
        (string.IsNullOrEmpty(key.Alg) || key.Alg == algorithm)
        && (TokenAlgorithms.CurveOf(algorithm) is { } curve ? key.Kty == "EC" && key.Crv == curve : key.Kty == "RSA");

    private static JsonWebKey Read(TokenKey key) => key.Curve is { } curve
        ? new() { Kty = key.Kind, KeyId = key.Id, Kid = key.Id, Alg = key.Algorithm, Crv = curve, X = key.First, Y = key.Second }
        : new() { Kty = key.Kind, KeyId = key.Id, Kid = key.Id, Alg = key.Algorithm, N = key.First, E = key.Second };
}
