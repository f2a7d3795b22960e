using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.Timeout;

namespace Mesh.Hosting;

/// <summary>Bounds of the receiving side. What is left <see langword="null"/> comes from less specific calls, policies and defaults.</summary>
[AspireDto]
public sealed class MeshInboundTimeout
{
    /// <summary>Limit for one connection attempt of the sidecar to its app; not zero. Default: 10 s, Kuma's.</summary>
    [Milliseconds]
    public TimeSpan? Connect { get; set; }

    /// <summary>Limit for a whole request; not for streams, upgrades and server-sent events. Zero: none. Default: none.</summary>
    [Milliseconds]
    public TimeSpan? Request { get; set; }

    /// <summary>How long a tunnel may be silent. Zero: for ever. Default: 2 h, Kuma's.</summary>
    [Milliseconds]
    public TimeSpan? Idle { get; set; }

    internal InboundTimeoutSettings ToSettings() => new() { Connect = Connect, Request = Request, Idle = Idle };
}
