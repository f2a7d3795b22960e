using System.Collections.Immutable;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Downstreams;
using Mesh.Testing.Identity;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>What a test wants of a pair.</summary>
internal sealed record PairOptions
{
    public AppProtocol Protocol { get; init; } = AppProtocol.Http;

    /// <summary>With one the listeners are on localhost, and those of https ports speak TLS.</summary>
    public LocalhostCertificate? Certificate { get; init; }

    public WireProtocol Wire { get; init; }

    /// <summary>What callers may ask; <see langword="null"/>: what every proxy allows.</summary>
    public DownstreamLimits? Limits { get; init; }

    /// <summary>The clock of both proxies; <see langword="null"/>: the machine's.</summary>
    public TimeProvider? Time { get; init; }

    public PermissionSet? Permissions { get; init; }

    public PermissionSet? FrontPermissions { get; init; }

    /// <summary>Whether the caller's edge was taken away.</summary>
    public bool IsRevoked { get; init; }

    public bool IsExternal { get; init; }

    /// <summary>Whether callers without an identity may come in where a rule lets them.</summary>
    public bool IsPermissive { get; init; }

    /// <summary>Under which name of the bootstrap file orders' front door has its address; <see langword="null"/>: its own.</summary>
    public string? FrontDoorListener { get; init; }

    public InboundTimeouts InboundTimeouts { get; init; } = new();

    public ImmutableArray<AccessLog> InboundLogs { get; init; } = [];

    /// <summary>What is told of requests: at the caller, and at both doors of the callee.</summary>
    public HopTelemetry? Told { get; init; }

    /// <summary>The collector of the callee's proxy; <see langword="null"/>: none.</summary>
    public TelemetryBootstrap? Telemetry { get; init; }

    public InboundLimits InboundLimits { get; init; } = InboundLimits.None;

    public ImmutableArray<ConcurrencyLimit> Concurrency { get; init; } = [];

    /// <summary>What the callee's door allows; the caller is told the same.</summary>
    public DoorTls Tls { get; init; } = DoorTls.Default;

    public SpiffeId? PeerIdentity { get; init; }

    public RetrySettings Retry { get; init; } = RetrySettings.Default;

    public RouteTimeouts Timeouts { get; init; } = new();

    public ImmutableArray<RouteRule>? Rules { get; init; }

    public ImmutableArray<Endpoint>? Endpoints { get; init; }

    public Func<OutboundListener, OutboundListener>? OutboundListener { get; init; }

    public Func<Cluster, Cluster>? Cluster { get; init; }

    public ImmutableArray<Cluster> MoreClusters { get; init; } = [];

    public ImmutableArray<EndpointSet> MoreEndpoints { get; init; } = [];
}
