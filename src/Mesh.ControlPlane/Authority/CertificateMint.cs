using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>Makes certificates as the SPIFFE X509-SVID standard wants them: ECDSA P-256, one URI name, nothing that is not needed.</summary>
internal static class CertificateMint
{
    /// <summary>How far certificates are backdated, for clocks that are behind. SPIRE's value.</summary>
    public static readonly TimeSpan Backdate = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RootLifetime = TimeSpan.FromDays(3653);
    private static readonly TimeSpan SignerLifetime = TimeSpan.FromDays(365);

    // An issuer that begins after its subject is refused by verifiers; a clock that was set back a little must not break signing.
    private static readonly TimeSpan IssuerBackdate = TimeSpan.FromHours(1);

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>A new root with its key.</summary>
    public static X509Certificate2 Root(TrustDomain trustDomain, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = AuthorityRequest($"CN=Mesh root, O={trustDomain.Name}", trustDomain, new PublicKey(key), key, pathLength: 1);
        return request.CreateSelfSigned(now - IssuerBackdate, now + RootLifetime);
    }

    /// <summary>A new intermediate with its key, under a root.</summary>
    public static X509Certificate2 Signer(TrustDomain trustDomain, X509Certificate2 root, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = AuthorityRequest($"CN=Mesh signer, O={trustDomain.Name}", trustDomain, new PublicKey(key), key, pathLength: 0);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var (from, to) = Within(root, now - IssuerBackdate, now + SignerLifetime);
        using var certificate = request.Create(root, from, to, SerialNumber());
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A leaf for an identity, without a key: that stays with whoever made it. DNS names are for those who look at them: browsers, curl, scrapers.</summary>
    public static X509Certificate2 Svid(SpiffeId id, PublicKey subject, X509Certificate2 signer, DateTimeOffset now, TimeSpan lifetime, params IEnumerable<string> dnsNames)
    {
        var request = new CertificateRequest(new X500DistinguishedName("O=Mesh"), subject, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication, ClientAuthentication], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(subject, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(signer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(Names(id.Text, dnsNames));
        var (from, to) = Within(signer, now - Backdate, now + lifetime);
        return request.Create(signer, from, to, SerialNumber());
    }

    private static CertificateRequest AuthorityRequest(string subject, TrustDomain trustDomain, PublicKey publicKey, ECDsa key, int pathLength)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLength, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, critical: false));
        request.CertificateExtensions.Add(Names($"spiffe://{trustDomain.Name}", []));
        return request;
    }

    private static (DateTimeOffset From, DateTimeOffset To) Within(X509Certificate2 issuer, DateTimeOffset from, DateTimeOffset to)
    {
        DateTimeOffset earliest = issuer.NotBefore.ToUniversalTime();
        DateTimeOffset latest = issuer.NotAfter.ToUniversalTime();
        return (from < earliest ? earliest : from, to > latest ? latest : to);
    }

    // SubjectAlternativeNameBuilder goes through Uri, which writes an empty path as "/": another SPIFFE id.
    private static X509Extension Names(string uri, IEnumerable<string> dnsNames)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            foreach (var name in dnsNames)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
            }
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    private static byte[] SerialNumber()
    {
        // 127 bits: positive and without a leading zero byte (RFC 5280, 4.1.2.2).
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
