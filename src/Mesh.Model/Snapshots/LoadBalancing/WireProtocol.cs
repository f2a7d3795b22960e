namespace Mesh.Model.Snapshots;

/// <summary>What two sidecars speak inside mTLS for HTTP.</summary>
public enum WireProtocol
{
    /// <summary>HTTP/1.1 while little is in flight to the peer, HTTP/2 when much is: each is cheaper there. The default.</summary>
    Auto,

    /// <summary>Always pooled HTTP/1.1.</summary>
    Http1,

    /// <summary>Always HTTP/2. gRPC uses it whatever is set.</summary>
    Http2,
}
