using System.Security.Cryptography;
using Mesh.Model.Identity;

namespace Mesh.Proxy.Bootstrap;

/// <summary>Roots in a file that somebody keeps up to date.</summary>
internal static class TrustBundleFile
{
    /// <summary>Reads it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="CryptographicException">It holds no certificate, or something that is none.</exception>
    public static TrustBundle Read(string path)
    {
        var bundle = TrustBundle.FromPem([File.ReadAllText(path)]);
        return bundle.Roots.Any() ? bundle : throw new CryptographicException("there is no certificate in it.");
    }
}
