using System.Net.Security;

namespace Mesh.Proxy.Upstreams;

/// <summary>Protocol names in mesh handshakes: with them a caller says what it is going to speak before its first byte.</summary>
internal static class Alpn
{
    /// <summary>Opaque bytes.</summary>
    public static readonly SslApplicationProtocol Tunnel = new("mesh-tcp");

    /// <summary>What a caller offers for a use.</summary>
    public static List<SslApplicationProtocol> Offer(ConnectionUse use) => use switch
    {
        ConnectionUse.Http2 => [SslApplicationProtocol.Http2],
        ConnectionUse.Http1 => [SslApplicationProtocol.Http11],
        _ => [Tunnel],
    };
}
