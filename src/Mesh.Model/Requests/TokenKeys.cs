using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Mesh.Model.Requests;

/// <summary>JSON Web Key Sets (RFC 7517) as sidecars read them. What cannot sign tokens that they take is left out.</summary>
public static class TokenKeys
{
    private const int MostKeys = 100;
    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 8192;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Reads a set.</summary>
    /// <returns>At least one key.</returns>
    /// <exception cref="InvalidDataException">It is none, or has no key that can be used.</exception>
    public static ImmutableArray<TokenKey> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (!TryFindKeys(document, out var list))
            {
                throw new InvalidDataException("it is no JSON Web Key Set");
            }

            var keys = list.EnumerateArray().Take(MostKeys).Select(Read).OfType<TokenKey>().ToImmutableArray();
            return keys.IsEmpty ? throw new InvalidDataException("it holds no public RSA or EC key for signatures") : keys;
        }
        catch (Exception e) when (IsNoJson(e))
        {
            throw new InvalidDataException("it is no JSON", e);
        }
    }

    /// <summary>Whether something is a key set, of whatever keys.</summary>
    public static bool IsSet(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return TryFindKeys(document, out _);
        }
        catch (Exception e) when (IsNoJson(e))
        {
            return false;
        }
    }

    // Half a surrogate pair, such as \ud800, is found out only when its text is looked at.
    private static bool IsNoJson(Exception e) => e is JsonException or InvalidOperationException;

    private static bool TryFindKeys(JsonDocument document, out JsonElement list)
    {
        list = default;
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("keys", out list) && list.ValueKind == JsonValueKind.Array;
    }

    private static TokenKey? Read(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object
            || (key.TryGetProperty("use", out _) && Text(key, "use") != "sig")
            || (key.TryGetProperty("key_ops", out var operations) && !(operations.ValueKind == JsonValueKind.Array && operations.EnumerateArray().Any(o => o.ValueKind == JsonValueKind.String && o.ValueEquals("verify"))))
            || key.TryGetProperty("k", out _) || key.TryGetProperty("d", out _))
        {
            return null;
        }

        return Text(key, "kty") switch
        {
            "RSA" when Bytes(key, "n") is { } modulus && Bytes(key, "e") is { Length: > 0 and <= 8 } && Bits(modulus) is >= LeastRsaBits and <= MostRsaBits =>
                new() { Kind = "RSA", Id = Text(key, "kid"), Algorithm = Text(key, "alg"), First = Text(key, "n")!, Second = Text(key, "e")! },
            "EC" when IsPoint(key) =>
                new() { Kind = "EC", Id = Text(key, "kid"), Algorithm = Text(key, "alg"), Curve = Text(key, "crv"), First = Text(key, "x")!, Second = Text(key, "y")! },
            _ => null,
        };
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
