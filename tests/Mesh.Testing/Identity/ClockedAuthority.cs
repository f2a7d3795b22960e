using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;

namespace Mesh.Testing.Identity;

/// <summary>As <see cref="TestAuthority"/>, for tests that bring the clock, the key, or a leaf that breaks a rule.</summary>
public sealed class ClockedAuthority
{
    private readonly X509Certificate2 _intermediateWithKey;
    private readonly DateTimeOffset _begin;

    private readonly bool _hasKeyIdentifiers;

    /// <summary>Makes one.</summary>
    /// <param name="now">When.</param>
    /// <param name="hasKeyIdentifiers">Whether its certificates carry key identifiers; all authorities have the same names.</param>
    public ClockedAuthority(DateTimeOffset now, bool hasKeyIdentifiers = true)
    {
        _hasKeyIdentifiers = hasKeyIdentifiers;
        _begin = now - TimeSpan.FromDays(1);
        var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootWithKey = Authority("CN=test root", rootKey).CreateSelfSigned(_begin, now + TimeSpan.FromDays(3650));
        Root = X509CertificateLoader.LoadCertificate(rootWithKey.RawData);

        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var intermediate = Authority("CN=test intermediate", key);
        AddIssuer(intermediate, rootWithKey);
        using var signed = intermediate.Create(rootWithKey, _begin, now + TimeSpan.FromDays(365), Serial());
        Intermediate = X509CertificateLoader.LoadCertificate(signed.RawData);
        _intermediateWithKey = signed.CopyWithPrivateKey(key);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate { get; }

    public TrustBundle Bundle => TrustBundle.FromDer([Root.RawDataMemory]);

    /// <summary>Signs a leaf for a key.</summary>
    public X509Certificate2 Sign(string? uri, ECDsa key, DateTimeOffset notBefore, DateTimeOffset notAfter, Action<CertificateRequest>? change = null)
    {
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        AddIssuer(request, _intermediateWithKey);
        if (uri is not null)
        {
            request.CertificateExtensions.Add(Names(uri));
        }

        change?.Invoke(request);
        return request.Create(_intermediateWithKey, notBefore, notAfter, Serial());
    }

    /// <summary>Signs a leaf that is right, and gives it with its key.</summary>
    public X509Certificate2 Issue(SpiffeId id, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Sign(id.Text, key, notBefore, notAfter);
        return leaf.CopyWithPrivateKey(key);
    }

    /// <summary>A subject alternative name extension with these URIs.</summary>
    public static X509Extension Names(params string[] uris)
    {
        // Written by hand: System.Uri would give an id without a path a slash that it does not have.
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            foreach (var uri in uris)
            {
                names.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            }
        }

        return new X509Extension("2.5.29.17", names.Encode(), critical: false);
    }

    // Roots that rotate have one name and two keys; the key identifiers tell which of them signed.
    private CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        if (_hasKeyIdentifiers)
        {
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        }

        return request;
    }

    private void AddIssuer(CertificateRequest request, X509Certificate2 issuer)
    {
        if (_hasKeyIdentifiers)
        {
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        }
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        return serial;
    }
}
