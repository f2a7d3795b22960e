using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aspire.Hosting;
using Mesh.Hosting.Running;
using Mesh.Laptop.Files;
using Mesh.Model.Bootstrap;

namespace Mesh.Hosting.Applying;

/// <summary>The ASP.NET developer certificate, for the https listeners of sidecars: browsers and the app's own clients trust it already.</summary>
internal static class DeveloperCertificate
{
    /// <summary>Writes it where sidecars read it.</summary>
    /// <returns>The files, or <see langword="null"/> where the machine has none with a key that may be exported.</returns>
    public static ServerCertificateFiles? Export(IDeveloperCertificateService? certificates, MeshState state)
    {
        if (certificates?.Certificates.FirstOrDefault(c => c.HasPrivateKey) is not { } certificate || Key(certificate) is not { } key)
        {
            return null;
        }

        var files = new ServerCertificateFiles
        {
            CertificateFile = Path.Combine(state.Certificates, "developer.pem"),
            KeyFile = Path.Combine(state.Certificates, "developer.key"),
        };
        SecretFile.Write(files.CertificateFile, certificate.ExportCertificatePem());
        SecretFile.Write(files.KeyFile, key);
        return files;
    }

    private static string? Key(X509Certificate2 certificate)
    {
        try
        {
            using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey();
            return key?.ExportPkcs8PrivateKeyPem();
        }
        catch (CryptographicException)
        {
            return null; // in a store that does not give keys away
        }
    }
}
