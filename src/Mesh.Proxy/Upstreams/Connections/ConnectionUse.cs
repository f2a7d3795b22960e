namespace Mesh.Proxy.Upstreams;

/// <summary>What a connection to an upstream is opened for.</summary>
internal enum ConnectionUse
{
    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2.</summary>
    Http2,

    /// <summary>Opaque bytes.</summary>
    Tunnel,
}
