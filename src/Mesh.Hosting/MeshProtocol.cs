namespace Mesh.Hosting;

/// <summary>What an app speaks at an endpoint.</summary>
public enum MeshProtocol
{
    /// <summary>HTTP/1.1 in clear text.</summary>
    Http,

    /// <summary>HTTP/2 in clear text with prior knowledge (h2c).</summary>
    Http2,

    /// <summary>gRPC in clear text (h2c): its own retries, its own errors.</summary>
    Grpc,

    /// <summary>Opaque bytes.</summary>
    Tcp,

    /// <summary>HTTP over the app's own TLS.</summary>
    Https,
}
