using System.Collections.Immutable;

namespace Mesh.Model.Bootstrap;

/// <summary>
/// Everything a sidecar is started with: a JSON file of mode 0600, or a projected volume. Secrets travel here and never in environment variables, which dashboards
/// show and apps inherit.
/// </summary>
public sealed record SidecarBootstrap
{
    /// <summary>The trust domain.</summary>
    public required string TrustDomain { get; init; }

    /// <summary>The service it stands beside, <c>namespace/name</c>.</summary>
    public required string Service { get; init; }

    /// <summary>The replica's name, unique in its service.</summary>
    public required string Replica { get; init; }

    /// <summary>The control plane's gRPC endpoint, such as <c>https://127.0.0.1:15010</c>. <see langword="null"/>: none; the state directory is all there is.</summary>
    public string? ControlPlane { get; set; }

    /// <summary>Roots, as PEM, that authenticate the control plane until the first SVID brings the current bundle.</summary>
    public ImmutableArray<string> TrustBundle { get; set; } = [];

    /// <summary>File with the same roots instead, read again when it changes: where somebody keeps it up to date, as on Kubernetes. <see langword="null"/>: <see cref="TrustBundle"/>.</summary>
    public string? TrustBundleFile { get; set; }

    /// <summary>Proves the right to this one identity for the first SVID, and whenever the last one has expired.</summary>
    public string? Token { get; set; }

    /// <summary>File that holds <see cref="Token"/> instead, read anew each time it is needed (projected ServiceAccount tokens rotate).</summary>
    public string? TokenFile { get; set; }

    /// <summary>Directory of mode 0700 for key, SVID and the last good configuration. One per replica.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Where listeners listen, by resource name: <c>ip:port</c>, or <c>localhost:port</c> for both loopback addresses (not the mesh door). A listener of the snapshot that is missing here uses its container port on a laptop-less platform, else it is reported and not opened.</summary>
    public ImmutableSortedDictionary<string, string> Listeners { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Where the app listens, by port name: <c>ip:port</c>, or <c>localhost:port</c> for whichever loopback address it chose.</summary>
    public ImmutableSortedDictionary<string, string> Applications { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// What the app beside the sidecar finds in its environment: its ports, and the addresses of what it calls. For whoever starts the app (<c>mesh proxy run -- COMMAND</c>); the
    /// sidecar reads none of it. Never a secret.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Environment { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// IP literal by which peers reach the mesh door, or <c>ip:port</c> of an app that is its own door because it speaks mTLS with this sidecar's certificate files, as a
    /// proxyless gRPC server does. <see langword="null"/>: the address that the mesh door is bound to; where that is a wildcard, the one from which the control plane is reached.
    /// </summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>The admin endpoint. <see langword="null"/>: none.</summary>
    public AdminBootstrap? Admin { get; set; }

    /// <summary>For whoever watches over the pod, such as the kubelet. <see langword="null"/>: nothing.</summary>
    public ProbeBootstrap? Probes { get; set; }

    /// <summary>What is offered to xDS clients beside this sidecar. <see langword="null"/>, the default: nothing.</summary>
    public RelayBootstrap? Relay { get; set; }

    /// <summary>Run mode only: a request at a front door that comes from no process of the mesh and passes the Host and Origin checks is the developer's.</summary>
    public bool DeveloperIdentity { get; set; }

    /// <summary>Run mode only: at loopback listeners and front doors the operating system is asked whose process the peer is, where it can tell.</summary>
    public bool PeerProcessCheck { get; set; }

    /// <summary>Names by which a front door may be called, beside loopback literals and <c>localhost</c>.</summary>
    public ImmutableArray<string> FrontDoorHosts { get; set; } = [];

    /// <summary>
    /// What front doors and outbound listeners of <c>https</c> ports show; apps behind such ports may show it too. Files that change are read again.
    /// <see langword="null"/>: these doors and listeners speak plain HTTP, and an app's certificate is not looked at.
    /// </summary>
    public ServerCertificateFiles? ServerCertificate { get; set; }

    /// <summary>Where traces, metrics and logs go. <see langword="null"/>: where the environment says (see <see cref="TelemetryVariables"/>), else nowhere.</summary>
    public TelemetryBootstrap? Telemetry { get; set; }

    /// <summary>Zone of this replica, or empty.</summary>
    public string Zone { get; set; } = "";

    /// <summary>Least level that is logged: Trace, Debug, Information, Warning, Error. Default: Information.</summary>
    public string LogLevel { get; set; } = "Information";

    /// <summary>How log lines look: <c>text</c>, one line for people, or <c>json</c>, one object each. Default: text.</summary>
    public string LogFormat { get; set; } = "text";

    /// <summary>Seconds that what runs may take to finish after SIGTERM. Default: 20, under Kubernetes' 30.</summary>
    public int DrainSeconds { get; set; } = 20;

    /// <summary>A process, as the sidecar sees its number, with whose end the sidecar ends too, in order, as after SIGTERM. <see langword="null"/>, the default: none.</summary>
    public int? ParentProcessId { get; set; }
}
