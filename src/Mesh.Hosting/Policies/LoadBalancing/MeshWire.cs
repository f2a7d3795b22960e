namespace Mesh.Hosting;

/// <summary>What two sidecars speak inside mTLS for HTTP.</summary>
public enum MeshWire
{
    /// <summary>HTTP/1.1 while little is in flight to the peer, HTTP/2 when much is: each is cheaper there.</summary>
    Auto,

    /// <summary>Always HTTP/1.1 over kept connections.</summary>
    Http1,

    /// <summary>Always HTTP/2.</summary>
    Http2,
}
