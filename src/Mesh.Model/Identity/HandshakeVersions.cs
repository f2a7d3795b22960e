using System.Security.Authentication;

namespace Mesh.Model.Identity;

/// <summary>
/// What processes of the mesh speak with each other where no policy says otherwise: TLS 1.3 alone. On macOS TLS 1.2 too, for servers of .NET have no other there
/// (dotnet/runtime issue 1979), and a laptop's mesh is one system.
/// </summary>
public static class HandshakeVersions
{
    /// <summary>The versions on this system.</summary>
    public static SslProtocols Usual { get; } = On(OperatingSystem.IsMacOS());

    internal static SslProtocols On(bool isMacOS) => isMacOS ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13;
}
