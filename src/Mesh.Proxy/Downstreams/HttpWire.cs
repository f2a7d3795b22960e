namespace Mesh.Proxy.Downstreams;

/// <summary>Which HTTP a connection speaks; known before Kestrel sees it, by ALPN or by its first bytes.</summary>
internal enum HttpWire
{
    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2.</summary>
    Http2,
}
