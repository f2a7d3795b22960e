using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Mesh.Model.Requests;

namespace Mesh.Model.Simulation;

/// <summary>Verifies the signature of a token with keys that are at hand (RFC 7515, RFC 7517, RFC 7518).</summary>
internal static class TokenSignature
{
    /// <summary>Verifies.</summary>
    /// <param name="keys">A JSON Web Key Set.</param>
    /// <param name="token">What it says of its key.</param>
    /// <param name="signed">What is signed.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>Why it is not right, <see langword="null"/>: it is.</returns>
    public static TokenFailure? WhyNot(string keys, TokenText token, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        ImmutableArray<TokenKey> taken;
        try
        {
            taken = TokenKeys.Parse(keys);
        }
        catch (InvalidDataException)
        {
            return TokenFailure.KeysUnavailable;
        }

        var fitting = taken.Where(key => (token.KeyId is null || key.Id == token.KeyId) && Fits(key, token.Algorithm)).ToList();
        return fitting is [var only] ? IsRight(only, token.Algorithm, signed, signature) ? null : TokenFailure.Signature : TokenFailure.KeyUnknown;
    }

    private static bool IsRight(TokenKey key, string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        var (first, second) = (Base64Url.DecodeFromChars(key.First), Base64Url.DecodeFromChars(key.Second));
        try
        {
            if (key.Curve is not null)
            {
                using var curve = ECDsa.Create(new ECParameters { Curve = Curve(key), Q = new ECPoint { X = first, Y = second } });
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
        && (TokenAlgorithms.CurveOf(algorithm) is { } curve ? key.Kind == "EC" && key.Curve == curve : key.Kind == "RSA");

    private static ECCurve Curve(TokenKey key) => key.Curve switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        _ => ECCurve.NamedCurves.nistP521,
    };
}
