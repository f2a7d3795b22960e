namespace Mesh.Xds.Wire;

/// <summary>What a discovery client is: it decides on the form of what it is sent, never on what it may see.</summary>
public enum ClientKind
{
    /// <summary>A sidecar of Mesh.</summary>
    Mesh,

    /// <summary>A gRPC client or server without a proxy.</summary>
    Grpc,

    /// <summary>A gRPC client of a core that ends its process on hash rings (before 1.52, github.com/grpc/grpc/issues/31766): as <see cref="Grpc"/>, without rings.</summary>
    GrpcWithoutRings,

    /// <summary>Envoy.</summary>
    Envoy,
}
