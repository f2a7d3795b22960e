using System.Collections.Frozen;
using System.Net;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Topology;

namespace Mesh.Proxy.Bootstrap;

/// <summary>The bootstrap file after it was checked: each value in the type that the proxy works with.</summary>
internal sealed record ProxySettings
{
    /// <summary>The service this proxy stands beside.</summary>
    public required ServiceId Service { get; init; }

    /// <summary>The identity that goes with it.</summary>
    public required SpiffeId Id { get; init; }

    /// <summary>The replica's name.</summary>
    public required string Replica { get; init; }

    /// <summary>The control plane, https. <see langword="null"/>: none.</summary>
    public Uri? ControlPlane { get; init; }

    /// <summary>The roots that authenticate the control plane until an SVID brings the current ones.</summary>
    public TrustBundle TrustBundle { get; init; } = TrustBundle.Empty;

    /// <summary>The file that they came from, to be read again. <see langword="null"/>: they were in the bootstrap file.</summary>
    public string? TrustBundleFile { get; init; }

    /// <summary>The token that was in the file.</summary>
    public string? Token { get; init; }

    /// <summary>The file that holds it instead.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Absolute path of the state directory.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Where listeners listen, by resource name.</summary>
    public FrozenDictionary<string, ListenAddress> Listeners { get; init; } = FrozenDictionary<string, ListenAddress>.Empty;

    /// <summary>Where the app listens, by port name.</summary>
    public FrozenDictionary<string, EndPoint> Applications { get; init; } = FrozenDictionary<string, EndPoint>.Empty;

    /// <summary>By which address peers reach the mesh door. <see langword="null"/>: the one it is bound to.</summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>The app's own door, where peers reach it instead of the sidecar's. <see langword="null"/>: they come to the mesh door.</summary>
    public IPEndPoint? AdvertisedDoor { get; init; }

    /// <summary>What is offered to xDS clients. <see langword="null"/>: nothing.</summary>
    public RelaySettings? Relay { get; init; }

    /// <summary>Where the admin endpoint listens. <see langword="null"/>: there is none.</summary>
    public IPEndPoint? AdminAddress { get; init; }

    /// <summary>The admin endpoint's token. <see langword="null"/>: the one that the proxy made at its start, in its state directory.</summary>
    public string? AdminToken { get; init; }

    /// <summary>What probes from outside may ask. <see langword="null"/>: nothing.</summary>
    public ProbeSettings? Probes { get; init; }

    /// <summary>Whether the developer may pass front doors.</summary>
    public bool DeveloperIdentity { get; init; }

    /// <summary>Whether the operating system is asked whose process a loopback peer is.</summary>
    public bool PeerProcessCheck { get; init; }

    /// <summary>Names by which front doors may be called, beside loopback literals and localhost; compared without case.</summary>
    public FrozenSet<string> FrontDoorHosts { get; init; } = FrozenSet<string>.Empty;

    /// <summary>What https front doors and outbound listeners show. <see langword="null"/>: they speak plain HTTP.</summary>
    public ServerCertificateFiles? ServerCertificate { get; init; }

    /// <summary>Where traces, metrics and logs go. <see langword="null"/>: nowhere.</summary>
    public TelemetryBootstrap? Telemetry { get; init; }

    /// <summary>Zone of this replica, or empty.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Least level that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Whether log lines are JSON objects.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>How long what runs may take to finish after SIGTERM.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The process with whose end this one ends. <see langword="null"/>: none.</summary>
    public int? ParentProcessId { get; init; }
}
