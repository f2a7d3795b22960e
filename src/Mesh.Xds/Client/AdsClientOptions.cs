using Mesh.Xds.Wire;

namespace Mesh.Xds.Client;

/// <summary>How the delta ADS client of a sidecar behaves.</summary>
public sealed record AdsClientOptions
{
    /// <summary>Who it is.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Directory of mode 0700 that keeps the last good configuration.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Zone that is sent with the node, or empty.</summary>
    public string Zone { get; init; } = "";

    /// <summary>What is sent as <c>user_agent_version</c>.</summary>
    public string Version { get; init; } = "0.1.0";

    /// <summary>
    /// Longest pause before the first attempt to reconnect; the pause is drawn between zero and this, and the bound doubles up to <see cref="LongestPause"/>.
    /// Default: 0.2 s, so that a restarted control plane has its proxies back within 2 s.
    /// </summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Bound on the pause between attempts. Default: 1 s: a laptop's control plane costs nothing to ask.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a new cluster may be without an answer about its endpoints before it counts as having none. Default: 15 s, Envoy's initial fetch timeout.
    /// </summary>
    public TimeSpan EndpointsTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a change may wait before it is written to disk; permissions never wait. Default: 0.5 s.</summary>
    public TimeSpan SaveDelay { get; init; } = TimeSpan.FromMilliseconds(500);
}
