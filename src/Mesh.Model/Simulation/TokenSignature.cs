using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Mesh.Model.Simulation;

/// <summary>Verifies the signature of a token with keys that are at hand (RFC 7515, RFC 7517, RFC 7518).</summary>
internal static class TokenSignature
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Whether sidecars take tokens that are signed so: with a key pair, by algorithms that .NET has.</summary>
    public static bool Knows(string algorithm) => algorithm is "RS256" or "RS384" or "RS512" or "PS256" or "PS384" or "PS512" or "ES256" or "ES384" or "ES512";

    /// <summary>Verifies.</summary>
    /// <param name="keys">A JSON Web Key Set.</param>
    /// <param name="algorithm">What the token says it is signed by.</param>
    /// <param name="keyId">The key that it names; <see langword="null"/>: none.</param>
    /// <param name="signed">What is signed.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>Why it is not right, a word as sidecars have them; <see langword="null"/>: it is.</returns>
    public static string? WhyNot(string keys, string algorithm, string? keyId, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var set = JsonDocument.Parse(keys, Strict);
            if (!set.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            {
                return "keys_unavailable";
            }

            var fitting = list.EnumerateArray().Where(key => (keyId is null || Text(key, "kid") == keyId) && Fits(key, algorithm)).ToList();
            return fitting is [var only] ? IsRight(only, algorithm, signed, signature) ? null : "signature" : "key_unknown";
        }
        catch (Exception e) when (e is JsonException or FormatException or CryptographicException or InvalidOperationException)
        {
            return "keys_unavailable";
        }
    }

    private static bool IsRight(JsonElement key, string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        if (algorithm[0] == 'E')
        {
            using var curve = ECDsa.Create(new ECParameters { Curve = CurveOf(algorithm).Curve, Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") } });
            return curve.VerifyData(signed, signature, hash);
        }

        using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") });
        return rsa.VerifyData(signed, signature, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }

    private static bool Fits(JsonElement key, string algorithm) =>
        key.ValueKind == JsonValueKind.Object
        && (Text(key, "use") ?? "sig") == "sig"
        && (Text(key, "alg") ?? algorithm) == algorithm
        && (algorithm[0] == 'E' ? Text(key, "kty") == "EC" && Text(key, "crv") == CurveOf(algorithm).Name : Text(key, "kty") == "RSA");

    private static (string Name, ECCurve Curve) CurveOf(string algorithm) => algorithm switch
    {
        "ES256" => ("P-256", ECCurve.NamedCurves.nistP256),
        "ES384" => ("P-384", ECCurve.NamedCurves.nistP384),
        _ => ("P-521", ECCurve.NamedCurves.nistP521),
    };

    private static string? Text(JsonElement key, string name) => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[] Bytes(JsonElement key, string name) => Base64Url.DecodeFromChars(Text(key, name) ?? "");
}
