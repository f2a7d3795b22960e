using Mesh.Proxy.Identity;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;

namespace Mesh.Proxy.Upstreams;

/// <summary>What both sides of this proxy reach upstreams with.</summary>
internal sealed class UpstreamKit(
    Dialer dialer, PeerVerifier verifier, IWorkloadIdentity identity, ServerCertificate serverCertificate, IForwardPath path, UpgradeForwarder upgrades, TimeProvider time, AccessLogTargets accessLogs, TelemetryRegistry telemetry)
{
    /// <summary>Opens sockets.</summary>
    public Dialer Dialer => dialer;

    /// <summary>Knows peers.</summary>
    public PeerVerifier Verifier => verifier;

    /// <summary>Who this proxy is.</summary>
    public IWorkloadIdentity Identity => identity;

    /// <summary>What an app on this host may show.</summary>
    public ServerCertificate ServerCertificate => serverCertificate;

    /// <summary>Moves plain requests.</summary>
    public IForwardPath Path => path;

    /// <summary>Moves upgraded ones.</summary>
    public UpgradeForwarder Upgrades => upgrades;

    /// <summary>Where lines about requests go.</summary>
    public AccessLogTargets AccessLogs => accessLogs;

    /// <summary>What is told of requests.</summary>
    public TelemetryRegistry Telemetry => telemetry;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;
}
