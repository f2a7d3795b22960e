namespace Mesh.Model.Topology;

/// <summary>One port of an external service.</summary>
public sealed record ExternalPort
{
    /// <summary>The port's name, a DNS label.</summary>
    public required string Name { get; init; }

    /// <summary>What is spoken there; <see cref="AppProtocol.Https"/>: the sidecar verifies <see cref="Host"/> by the system's roots.</summary>
    public required AppProtocol Protocol { get; init; }

    /// <summary>Host name or IP literal.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port, 1 to 65535.</summary>
    public required int Port { get; init; }
}
