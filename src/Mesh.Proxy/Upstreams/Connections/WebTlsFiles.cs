using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Bootstrap;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// What TLS towards a host outside the mesh is begun with: whom it believes and what it shows. Files are read at the first connection and again once they were
/// replaced; what of them cannot be used fails the connection, never the check.
/// </summary>
internal sealed class WebTlsFiles(ExternalTls tls)
{
    private readonly Lock _lock = new();
    private (DateTime, DateTime, DateTime) _written;
    private X509Certificate2Collection? _roots;
    private SslStreamCertificateContext? _shown;
    private bool _isRead;

    /// <summary>What it was made from.</summary>
    public ExternalTls Tls => tls;

    /// <summary>Puts it into the options of a handshake.</summary>
    /// <exception cref="UpstreamException">A file cannot be used.</exception>
    public void Configure(SslClientAuthenticationOptions options)
    {
        var (roots, shown) = Look();
        if (roots is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            policy.CustomTrustStore.AddRange(roots);
            options.CertificateChainPolicy = policy;
        }

        options.ClientCertificateContext = shown;
    }

    private (X509Certificate2Collection? Roots, SslStreamCertificateContext? Shown) Look()
    {
        lock (_lock)
        {
            var written = (Written(tls.CaFile), Written(tls.CertificateFile), Written(tls.KeyFile));
            if (!_isRead || written != _written)
            {
                _roots = Roots();
                _shown = Shown();
                (_isRead, _written) = (true, written);
            }

            return (_roots, _shown);
        }
    }

    private X509Certificate2Collection? Roots()
    {
        if (tls.CaFile is null && tls.Ca is null)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        try
        {
            if (tls.CaFile is { } file)
            {
                roots.ImportFromPemFile(file);
            }
            else
            {
                roots.ImportFromPem(tls.Ca);
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UpstreamException(ProxyError.HandshakeFailed, $"the certificates of tls.ca{(tls.CaFile is null ? "" : $" in {tls.CaFile}")} cannot be read: {e.Message}", e);
        }

        return roots.Count > 0
            ? roots
            : throw new UpstreamException(ProxyError.HandshakeFailed, $"tls.ca{(tls.CaFile is null ? "" : $" in {tls.CaFile}")} holds no certificate as PEM");
    }

    private SslStreamCertificateContext? Shown()
    {
        if (tls is not { CertificateFile: { } certificate, KeyFile: { } key })
        {
            return null;
        }

        return ServerCertificateReader.TryRead(new ServerCertificateFiles { CertificateFile = certificate, KeyFile = key }, out var context, out var fault)
            ? context
            : throw new UpstreamException(ProxyError.HandshakeFailed, $"the client certificate cannot be used: {fault.Text}");
    }

    // A Secret's files are links, which stay as they are when what they lead to is replaced.
    private static DateTime Written(string? file)
    {
        try
        {
            return file is null ? default : (File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file)).LastWriteTimeUtc;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default; // reading it says why
        }
    }
}
