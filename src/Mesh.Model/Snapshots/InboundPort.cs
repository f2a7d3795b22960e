using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Snapshots;

/// <summary>A port of the service behind the mesh door, chosen by the caller's TLS server name.</summary>
public sealed record InboundPort
{
    /// <summary>The port.</summary>
    public required PortRef Port { get; init; }

    /// <summary>What the app speaks on it.</summary>
    public required AppProtocol Protocol { get; init; }

    /// <summary>Who may call. Nobody by default.</summary>
    public required PermissionSet Permissions { get; init; }

    /// <summary>Bounds on what peers send.</summary>
    public InboundTimeouts Timeouts { get; init; } = new();

    /// <summary>How much may come in.</summary>
    public InboundLimits Limits { get; init; } = InboundLimits.None;

    /// <summary>How much may be under way to the app at a time, by mesh door and front door together.</summary>
    public ImmutableArray<ConcurrencyLimit> Concurrency { get; init; } = [];

    /// <summary>What is written about requests and tcp connections.</summary>
    public ImmutableArray<AccessLog> AccessLogs { get; init; } = [];

    /// <summary>For HTTP: what is told of requests. <see langword="null"/>: nothing is said of it.</summary>
    public HopTelemetry? Telemetry { get; init; }

    /// <summary>What is agreed on in handshakes.</summary>
    public DoorTls Tls { get; init; } = DoorTls.Default;

    /// <summary>The TLS server name that selects it.</summary>
    public string ServerName => ResourceNames.ServerName(Port);
}
