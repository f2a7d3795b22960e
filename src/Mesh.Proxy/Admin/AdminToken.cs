using System.Security.Cryptography;
using System.Text;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Admin;

/// <summary>The token of the admin endpoint: the bootstrap file's, or one that the proxy makes at each start, for who may read its state directory.</summary>
internal static class AdminToken
{
    private const string FileName = "admin.token";

    /// <summary>Takes the file's, or makes one.</summary>
    public static string Make(ProxySettings settings)
    {
        if (settings.AdminToken is { } given)
        {
            return given;
        }

        var made = RandomNumberGenerator.GetHexString(64, lowercase: true);
        new StateDirectory(settings.StateDirectory).Write(FileName, Encoding.ASCII.GetBytes(made));
        return made;
    }

    /// <summary>That of a proxy that runs with these settings. <see langword="null"/>: there is none yet.</summary>
    public static string? OfRunning(ProxySettings settings) =>
        settings.AdminToken ?? (new StateDirectory(settings.StateDirectory).Read(FileName) is { } made ? Encoding.ASCII.GetString(made) : null);
}
