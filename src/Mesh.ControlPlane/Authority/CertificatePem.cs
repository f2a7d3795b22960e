using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.ControlPlane.Authority;

/// <summary>Text forms of certificates and keys.</summary>
internal static class CertificatePem
{
    /// <summary>The certificate's SHA-256, shortened to 16 digits: how people name it.</summary>
    public static string Id(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256)[..16].ToLowerInvariant();

    /// <summary>The certificate's ECDSA key, PKCS#8.</summary>
    public static string Key(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new AuthorityException($"Certificate {Id(certificate)} comes without an ECDSA key.");
        return key.ExportPkcs8PrivateKeyPem();
    }
}
