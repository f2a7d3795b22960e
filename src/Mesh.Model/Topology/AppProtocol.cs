namespace Mesh.Model.Topology;

/// <summary>What an endpoint speaks. It is declared, never sniffed.</summary>
public enum AppProtocol
{
    /// <summary>HTTP/1.1 in clear text towards the app.</summary>
    Http,

    /// <summary>HTTP/2 in clear text with prior knowledge (h2c) towards the app.</summary>
    Http2,

    /// <summary>gRPC: HTTP/2 in clear text (h2c) with trailers and streams.</summary>
    Grpc,

    /// <summary>Opaque bytes; half-close is kept.</summary>
    Tcp,

    /// <summary>HTTP over the app's own TLS; the sidecar speaks TLS to the app.</summary>
    Https,
}
