namespace Mesh.ControlPlane.Api;

/// <summary>Which listener a connection came in through. What is behind one door cannot be reached through the other.</summary>
internal enum Door
{
    /// <summary>Plain HTTP for people and tools: API, status page, health, metrics.</summary>
    Api,

    /// <summary>TLS for sidecars: xDS, registration, signing.</summary>
    Grpc,
}
