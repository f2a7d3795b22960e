using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Bootstrap;

namespace Mesh.Proxy.Bootstrap;

/// <summary>Reads the certificate for https front doors and listeners.</summary>
internal static class ServerCertificateReader
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads it.</summary>
    /// <param name="files">Where it is.</param>
    /// <param name="certificate">The certificate with its key and what leads to a root.</param>
    /// <param name="fault">Which member of the bootstrap file is wrong, and how.</param>
    public static bool TryRead(ServerCertificateFiles files, [NotNullWhen(true)] out SslStreamCertificateContext? certificate, out (string Member, string Text) fault)
    {
        certificate = null;
        if (ReadText(files.CertificateFile, out var reason) is not { } chain)
        {
            fault = ("certificateFile", reason);
            return false;
        }

        if (ReadText(files.KeyFile, out reason) is not { } key)
        {
            fault = ("keyFile", reason);
            return false;
        }

        // What a Secret is mounted as is open to everybody in this container, and this container has nobody else.
        if (!OperatingSystem.IsWindows() && !EgressSecrets.Contains(files.KeyFile) && (File.GetUnixFileMode(files.KeyFile) & Others) != 0)
        {
            fault = ("keyFile", $"'{files.KeyFile}' is open to other users; chmod 600 it");
            return false;
        }

        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(chain);
            var leaf = Usable(X509Certificate2.CreateFromPem(chain, key));
            all.RemoveAt(0);
            certificate = SslStreamCertificateContext.Create(leaf, all, offline: true);
            fault = default;
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            fault = ("certificateFile", $"'{files.CertificateFile}' and '{files.KeyFile}' are no PEM certificate and its PEM key: {e.Message}");
            return false;
        }
    }

    private static string? ReadText(string? file, out string reason)
    {
        reason = "";
        if (!Path.IsPathFullyQualified(file ?? ""))
        {
            reason = $"'{file}' is not an absolute path";
            return null;
        }

        try
        {
            return File.ReadAllText(file!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = $"cannot be read: {e.Message}";
            return null;
        }
    }

    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        // Schannel cannot use a key that exists in memory only; a round through PKCS#12 gives it one that lives as long as the certificate.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
