using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>An issuer's public keys, of a JSON Web Key Set (RFC 7517). What cannot sign tokens that are taken here is left out.</summary>
internal sealed class TokenKeySet
{
    private const int MostKeys = 100;
    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 8192;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

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
    public static TokenKeySet Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            {
                throw new InvalidDataException("it is no JSON Web Key Set");
            }

            var keys = list.EnumerateArray().Take(MostKeys).Select(Read).OfType<JsonWebKey>().ToImmutableArray();
            return keys.IsEmpty ? throw new InvalidDataException("it holds no public RSA or EC key for signatures") : new(json, keys);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("it is no JSON", e);
        }
    }

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

    private static JsonWebKey? Read(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object
            || (key.TryGetProperty("use", out _) && Text(key, "use") != "sig")
            || (key.TryGetProperty("key_ops", out var operations) && !(operations.ValueKind == JsonValueKind.Array && operations.EnumerateArray().Any(o => o.ValueKind == JsonValueKind.String && o.ValueEquals("verify"))))
            || key.TryGetProperty("k", out _) || key.TryGetProperty("d", out _))
        {
            return null;
        }

        var read = new JsonWebKey { Kty = Text(key, "kty"), KeyId = Text(key, "kid"), Kid = Text(key, "kid"), Alg = Text(key, "alg") };
        switch (read.Kty)
        {
            case "RSA" when Bytes(key, "n") is { } modulus && Bytes(key, "e") is { Length: > 0 and <= 8 } && Bits(modulus) is >= LeastRsaBits and <= MostRsaBits:
                read.N = Text(key, "n");
                read.E = Text(key, "e");
                return read;
            case "EC" when IsPoint(key):
                read.Crv = Text(key, "crv");
                read.X = Text(key, "x");
                read.Y = Text(key, "y");
                return read;
            default:
                return null;
        }
    }

    private static bool IsPoint(JsonElement key)
    {
        ECCurve? curve = Text(key, "crv") switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            "P-521" => ECCurve.NamedCurves.nistP521,
            _ => null,
        };
        if (curve is null || Bytes(key, "x") is not { } x || Bytes(key, "y") is not { } y)
        {
            return false;
        }

        try
        {
            using var _ = ECDsa.Create(new ECParameters { Curve = curve.Value, Q = new ECPoint { X = x, Y = y } });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static int Bits(byte[] modulus)
    {
        var leading = Array.FindIndex(modulus, b => b != 0);
        return leading < 0 ? 0 : ((modulus.Length - leading) * 8) - byte.LeadingZeroCount(modulus[leading]);
    }

    private static string? Text(JsonElement key, string name) => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement key, string name) => Text(key, name) is { Length: > 0 } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
