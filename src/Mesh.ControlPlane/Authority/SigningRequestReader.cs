using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.ControlPlane.Authority;

/// <summary>Reads PKCS#10: checks that its sender holds the key and that the key is good enough.</summary>
internal static class SigningRequestReader
{
    /// <summary>Longest request, in bytes: one with a P-256 key has some 300.</summary>
    public const int MaxLength = 16 * 1024;

    private const string SubjectAlternativeName = "2.5.29.17";
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);
    private static readonly ImmutableArray<string> Curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"]; // P-256, P-384, P-521

    /// <summary>Reads a request, or says what is wrong with it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> der, [NotNullWhen(true)] out SigningRequest? request, [NotNullWhen(false)] out string? reason)
    {
        request = null;
        if (der.Length is 0 or > MaxLength)
        {
            reason = $"it has {der.Length} bytes; at most {MaxLength} are read";
            return false;
        }

        try
        {
            // Loading verifies the signature: only the key's holder can have made it. Extensions are loaded to be compared, not to be signed.
            var read = CertificateRequest.LoadSigningRequest(
                der,
                HashAlgorithmName.SHA256,
                out var consumed,
                CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            if (consumed != der.Length)
            {
                reason = "bytes follow after its end";
                return false;
            }

            if (!IsGoodKey(read.PublicKey))
            {
                reason = "its key must be ECDSA on P-256, P-384 or P-521";
                return false;
            }

            request = new SigningRequest(read.PublicKey, [.. read.CertificateExtensions.Where(e => e.Oid?.Value == SubjectAlternativeName).SelectMany(ReadUriNames)]);
            reason = null;
            return true;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or NotSupportedException)
        {
            // The last of them: a key or curve that this machine does not know.
            reason = "it is not a well-formed PKCS#10 request that its own key signed";
            return false;
        }
    }

    private static bool IsGoodKey(PublicKey key)
    {
        using var ecdsa = key.GetECDsaPublicKey();
        return ecdsa?.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true } curve && Curves.Contains(curve.Oid.Value ?? "");
    }

    private static List<string> ReadUriNames(X509Extension extension)
    {
        var uris = new List<string>();
        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            if (names.PeekTag().HasSameClassAndValue(UriTag))
            {
                uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
            }
            else
            {
                names.ReadEncodedValue();
            }
        }

        return uris;
    }
}
