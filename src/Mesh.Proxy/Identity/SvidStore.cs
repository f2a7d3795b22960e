using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mesh.Model.Identity;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Identity;

/// <summary>
/// Keeps the identity across restarts: <c>svid.pem</c> (private key, leaf, intermediates: one file, so that they cannot belong to different SVIDs) and <c>bundle.pem</c>.
/// </summary>
internal sealed partial class SvidStore(StateDirectory directory, ILogger<SvidStore> logger)
{
    /// <summary>Key, leaf, intermediates.</summary>
    public const string SvidFile = "svid.pem";

    /// <summary>The roots.</summary>
    public const string BundleFile = "bundle.pem";

    /// <summary>What was kept, not verified. <see langword="null"/>: nothing, or nothing readable.</summary>
    public SignedSvid? Load()
    {
        try
        {
            if (directory.Read(SvidFile) is not { } svid || directory.Read(BundleFile) is not { } bundle)
            {
                return null;
            }

            var pem = Encoding.ASCII.GetString(svid);
            var key = ECDsa.Create();
            key.ImportFromPem(KeyOf(pem));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            return new SignedSvid(key, [.. chain], TrustBundle.FromPem([Encoding.ASCII.GetString(bundle)]), RenewAfter: null);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(logger, directory.Path, e.Message);
            return null;
        }
    }

    /// <summary>Keeps an SVID. A disk that refuses is no reason to stop: the SVID in memory is as good.</summary>
    public void Save(SignedSvid signed)
    {
        var text = new StringBuilder();
        text.Append(signed.Key.ExportPkcs8PrivateKeyPem()).Append('\n');
        foreach (var certificate in signed.Chain)
        {
            text.Append(certificate.ExportCertificatePem()).Append('\n');
        }

        try
        {
            directory.Write(BundleFile, Encoding.ASCII.GetBytes(signed.Bundle.ToPem()));
            directory.Write(SvidFile, Encoding.ASCII.GetBytes(text.ToString()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(logger, directory.Path, e.Message);
        }
    }

    // ECDsa.ImportFromPem refuses texts that hold certificates beside the key.
    private static ReadOnlySpan<char> KeyOf(string pem)
    {
        ReadOnlySpan<char> rest = pem;
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label] is "PRIVATE KEY")
            {
                return rest[fields.Location];
            }

            rest = rest[fields.Location.End..];
        }

        throw new CryptographicException("The file holds no private key.");
    }

    private static partial class Log
    {
        [LoggerMessage(3620, LogLevel.Warning, "The identity kept in '{Directory}' cannot be read and is made anew: {Reason}", EventName = nameof(Unreadable))]
        public static partial void Unreadable(ILogger logger, string directory, string reason);

        [LoggerMessage(3621, LogLevel.Warning, "The identity could not be kept in '{Directory}'; a restart will need the control plane: {Reason}", EventName = nameof(NotKept))]
        public static partial void NotKept(ILogger logger, string directory, string reason);
    }
}
