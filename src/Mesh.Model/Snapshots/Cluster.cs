using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Topology;

namespace Mesh.Model.Snapshots;

/// <summary>An upstream port and how it is reached. Its replicas are an <see cref="EndpointSet"/> of the same name.</summary>
public sealed record Cluster
{
    /// <summary>What <see cref="PanicThreshold"/> is where nothing is said.</summary>
    public const double DefaultPanicThreshold = 50;

    /// <summary>The upstream port; it names the cluster.</summary>
    public required PortRef Upstream { get; init; }

    /// <summary>What is behind it. Default: a service of the mesh.</summary>
    public ClusterKind Kind { get; init; }

    /// <summary>What the app at the far end speaks.</summary>
    public required AppProtocol Protocol { get; init; }

    /// <summary>The one identity that a peer must show; <see langword="null"/> only for external services.</summary>
    public SpiffeId? PeerIdentity { get; init; }

    /// <summary>For external services: host name or IP literal, resolved at each connection.</summary>
    public string? ExternalHost { get; init; }

    /// <summary>For external services: TCP port.</summary>
    public int? ExternalPort { get; init; }

    /// <summary>For external services: more addresses that serve the same.</summary>
    public ImmutableArray<ExternalEndpoint> ExternalEndpoints { get; init; } = [];

    /// <summary>For external services: how TLS is begun there. <see langword="null"/>: by the system's roots for https, not at all for others.</summary>
    public ExternalTls? ExternalTls { get; init; }

    /// <summary>For services of the mesh: what is agreed on in handshakes, as at their mesh doors.</summary>
    public DoorTls Tls { get; init; } = DoorTls.Default;

    /// <summary>How a replica is picked.</summary>
    public LoadBalancing LoadBalancing { get; init; } = new();

    /// <summary>Limit for one connection attempt, handshake included. Default: 5 s, Kuma's.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an unused connection is kept. Default: 1 h, Kuma's and Envoy's.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How old a connection may grow before it is used for no new request. <see langword="null"/>: any age.</summary>
    public TimeSpan? MaxConnectionDuration { get; init; }

    /// <summary>What is spoken between the sidecars.</summary>
    public WireProtocol Wire { get; init; }

    /// <summary>Bounds retries to this cluster.</summary>
    public RetryBudget RetryBudget { get; init; } = new();

    /// <summary>What may be open towards it at a time.</summary>
    public ConnectionLimits Limits { get; init; } = ConnectionLimits.None;

    /// <summary>When a replica is left out; <see langword="null"/>: only while it cannot be connected to.</summary>
    public OutlierDetection? Outliers { get; init; }

    /// <summary>How replicas are asked how they are; <see langword="null"/>: they are not.</summary>
    public HealthCheck? HealthCheck { get; init; }

    /// <summary>Share of the ready replicas, in percent, below which those left out are used as well. Default: 50, Envoy's and Kuma's.</summary>
    public double PanicThreshold { get; init; } = DefaultPanicThreshold;

    /// <summary>What led to these settings.</summary>
    public ImmutableArray<Origin> Origins { get; init; } = [];

    /// <summary>The resource name.</summary>
    public string Name => ResourceNames.Cluster(Upstream);

    /// <summary>The TLS server name for the mesh door.</summary>
    public string ServerName => ResourceNames.ServerName(Upstream);
}
