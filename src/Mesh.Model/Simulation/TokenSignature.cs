using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Mesh.Model.Requests;

namespace Mesh.Model.Simulation;

/// <summary>Verifies the signature of a token with keys that are at hand (RFC 7515, RFC 7517, RFC 7518).</summary>
internal static class TokenSignature
{
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
        ImmutableArray<TokenKey> taken;
        try
        {
            taken = TokenKeys.Parse(keys);
        }
        catch (InvalidDataException)
        {
            return "keys_unavailable";
        }

        var fitting = taken.Where(key => (keyId is null || key.Id == keyId) && Fits(key, algorithm)).ToList();
        return fitting is [var only] ? IsRight(only, algorithm, signed, signature) ? null : "signature" : "key_unknown";
    }

    private static bool IsRight(TokenKey key, string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        var (first, second) = (Base64Url.DecodeFromChars(key.First), Base64Url.DecodeFromChars(key.Second));
        try
        {
            if (algorithm[0] == 'E')
            {
                using var curve = ECDsa.Create(new ECParameters { Curve = CurveOf(algorithm).Curve, Q = new ECPoint { X = first, Y = second } });
                return curve.VerifyData(signed, signature, hash);
            }

            using var rsa = RSA.Create(new RSAParameters { Modulus = first, Exponent = second });
            return rsa.VerifyData(signed, signature, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            // An exponent, say, with which nothing can be verified.
            return false;
        }
    }

    private static bool Fits(TokenKey key, string algorithm) =>
        (string.IsNullOrEmpty(key.Algorithm) || key.Algorithm == algorithm)
        && (algorithm[0] == 'E' ? key.Kind == "EC" && key.Curve == CurveOf(algorithm).Name : key.Kind == "RSA");

    private static (string Name, ECCurve Curve) CurveOf(string algorithm) => algorithm switch
    {
        "ES256" => ("P-256", ECCurve.NamedCurves.nistP256),
        "ES384" => ("P-384", ECCurve.NamedCurves.nistP384),
        _ => ("P-521", ECCurve.NamedCurves.nistP521),
    };
}
