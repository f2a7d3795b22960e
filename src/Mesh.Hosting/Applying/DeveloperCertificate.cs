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
    /// <summary>
    /// Gives it to sidecars in files, where it is needed and the AppHost may use it; elsewhere the files go. Its key is exported once: some keychains ask their owner each time.
    /// </summary>
    /// <param name="certificates">Aspire's view of the machine's certificates and of what the AppHost allows.</param>
    /// <param name="isNeeded">Whether any endpoint speaks https.</param>
    /// <param name="state">The mesh's directory.</param>
    /// <returns>The files, or <see langword="null"/> where the machine trusts none, or none with a key that may be exported.</returns>
    public static ServerCertificateFiles? Provide(IDeveloperCertificateService? certificates, bool isNeeded, MeshState state)
    {
        var files = new ServerCertificateFiles
        {
            CertificateFile = Path.Combine(state.Certificates, "developer.pem"),
            KeyFile = Path.Combine(state.Certificates, "developer.key"),
        };
        if (!isNeeded || certificates is not { UseForHttps: true } || certificates.Certificates.FirstOrDefault(c => c.HasPrivateKey) is not { } certificate)
        {
            File.Delete(files.CertificateFile);
            File.Delete(files.KeyFile);
            return null;
        }

        if (Holds(files, certificate))
        {
            return files;
        }

        if (Key(certificate) is not { } key)
        {
            return null;
        }

        // The certificate last: where it is, its key is as well.
        File.Delete(files.CertificateFile);
        SecretFile.Write(files.KeyFile, key);
        SecretFile.Write(files.CertificateFile, certificate.ExportCertificatePem());
        return files;
    }

    private static bool Holds(ServerCertificateFiles files, X509Certificate2 certificate)
    {
        if (!File.Exists(files.CertificateFile) || !File.Exists(files.KeyFile))
        {
            return false;
        }

        try
        {
            using var kept = X509CertificateLoader.LoadCertificateFromFile(files.CertificateFile);
            return kept.Thumbprint == certificate.Thumbprint;
        }
        catch (CryptographicException)
        {
            return false; // whatever it is, it is made anew
        }
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
