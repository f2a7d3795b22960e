using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Snapshots;

/// <summary>A loopback listener of the caller's sidecar for one upstream port.</summary>
public sealed record OutboundListener
{
    /// <summary>The upstream port; it names the listener.</summary>
    public required PortRef Upstream { get; init; }

    /// <summary>What the caller speaks to it; <see cref="AppProtocol.Https"/> upstreams are called over TLS where the bootstrap has a server certificate, else in clear text on loopback.</summary>
    public required AppProtocol Protocol { get; init; }

    /// <summary>Where it listens in a container, TCP port on 127.0.0.1. <see langword="null"/>: the bootstrap file says.</summary>
    public int? ContainerPort { get; init; }

    /// <summary>For <see cref="AppProtocol.Tcp"/>: where connections go. Empty otherwise, the route table says.</summary>
    public ImmutableArray<WeightedCluster> TcpBackends { get; init; } = [];

    /// <summary>For <see cref="AppProtocol.Tcp"/>: how long a tunnel may be silent both ways. <see langword="null"/>: for ever.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>For <see cref="AppProtocol.Tcp"/>: how old a tunnel may grow. <see langword="null"/>: any age.</summary>
    public TimeSpan? MaxConnectionDuration { get; init; }

    /// <summary>For <see cref="AppProtocol.Tcp"/>: attempts to connect, over different replicas, at least 1.</summary>
    public int MaxConnectAttempts { get; init; } = 3;

    /// <summary>What is written about requests and tcp connections.</summary>
    public ImmutableArray<AccessLog> AccessLogs { get; init; } = [];

    /// <summary>For HTTP: what is told of requests. <see langword="null"/>: nothing is said of it.</summary>
    public HopTelemetry? Telemetry { get; init; }

    /// <summary>Whether a client that names the service and no port means this one; see <see cref="Topology.DefaultPort"/>.</summary>
    public bool IsDefaultPort { get; init; }

    /// <summary>What led to this listener.</summary>
    public ImmutableArray<Origin> Origins { get; init; } = [];

    /// <summary>The resource name.</summary>
    public string Name => ResourceNames.Outbound(Upstream);
}
