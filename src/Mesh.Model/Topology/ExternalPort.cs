using System.Collections.Immutable;
using Mesh.Model.Snapshots;

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

    /// <summary>More addresses that serve the same; connections are spread over all of them. What is asked for stays <see cref="Host"/>.</summary>
    public ImmutableArray<ExternalEndpoint> Endpoints { get; init; } = [];

    /// <summary>How TLS is begun there. <see langword="null"/>: for <see cref="AppProtocol.Https"/> by the system's roots, for others not at all.</summary>
    public ExternalTls? Tls { get; init; }
}
