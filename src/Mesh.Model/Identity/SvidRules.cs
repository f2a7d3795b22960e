using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Model.Identity;

/// <summary>What the SPIFFE X509-SVID standard (sections 2, 4 and 5.2) asks of a leaf certificate. Its chain is <see cref="SvidVerifier"/>'s.</summary>
public static class SvidRules
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>Checks a leaf, its chain and validity period apart.</summary>
    /// <param name="leaf">The certificate that the peer showed.</param>
    /// <param name="trustDomain">The trust domain that its id has to be of.</param>
    /// <param name="role">What the peer is in the handshake.</param>
    public static SvidVerification Check(X509Certificate2 leaf, TrustDomain trustDomain, SvidRole role)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(trustDomain);
        try
        {
            return CheckUsage(leaf, role) is { } fault ? SvidVerification.Refused(fault) : CheckId(leaf, trustDomain);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return SvidVerification.Refused("one of its extensions cannot be read");
        }
    }

    private static string? CheckUsage(X509Certificate2 leaf, SvidRole role)
    {
        X509KeyUsageExtension? keyUsage = null;
        foreach (var extension in leaf.Extensions)
        {
            switch (extension)
            {
                case X509BasicConstraintsExtension { CertificateAuthority: true }:
                    return "it is an authority's certificate, not a workload's";
                case X509KeyUsageExtension usage:
                    keyUsage = usage;
                    break;
                case X509EnhancedKeyUsageExtension enhanced when !Allows(enhanced, role):
                    return $"its extended key usage does not allow a TLS {(role == SvidRole.Server ? "server" : "client")}";
            }
        }

        if (keyUsage is null || !keyUsage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
        {
            return "its key usage lacks digitalSignature";
        }

        return (keyUsage.KeyUsages & (X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign)) != 0
            ? "its key usage allows signing certificates or revocation lists, which a workload's may not"
            : null;
    }

    private static bool Allows(X509EnhancedKeyUsageExtension enhanced, SvidRole role)
    {
        var wanted = role == SvidRole.Server ? ServerAuthentication : ClientAuthentication;
        foreach (var usage in enhanced.EnhancedKeyUsages)
        {
            if (usage.Value == wanted)
            {
                return true;
            }
        }

        return false;
    }

    private static SvidVerification CheckId(X509Certificate2 leaf, TrustDomain trustDomain)
    {
        // The standard: exactly one URI SAN; other kinds of names may be there and mean nothing here.
        string? uri = null;
        foreach (var extension in leaf.Extensions)
        {
            if (extension.Oid?.Value != SubjectAlternativeName)
            {
                continue;
            }

            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (!names.PeekTag().HasSameClassAndValue(UriTag))
                {
                    names.ReadEncodedValue();
                    continue;
                }

                if (uri is not null)
                {
                    return SvidVerification.Refused("it names more than one URI");
                }

                uri = names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag);
            }
        }

        if (uri is null)
        {
            return SvidVerification.Refused("it names no SPIFFE id");
        }

        if (!SpiffeId.TryParse(uri, out var id))
        {
            return SvidVerification.Refused($"'{uri}' is not a SPIFFE id");
        }

        if (id.TrustDomain != trustDomain)
        {
            return SvidVerification.Refused($"{id} is not of the trust domain {trustDomain}");
        }

        return id.Path.Length == 0
            ? SvidVerification.Refused($"{id} names the trust domain itself, not a workload")
            : SvidVerification.Accepted(id);
    }
}
