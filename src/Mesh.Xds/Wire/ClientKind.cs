namespace Mesh.Xds.Wire;

/// <summary>What a discovery client is: it decides on the form of what it is sent, never on what it may see.</summary>
public enum ClientKind
{
    /// <summary>A sidecar of Mesh.</summary>
    Mesh,

    /// <summary>A gRPC client or server without a proxy.</summary>
    Grpc,

    /// <summary>Envoy.</summary>
    Envoy,
}
