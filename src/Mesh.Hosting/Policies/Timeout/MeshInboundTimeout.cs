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

    /// <summary>How long a request or stream may move no byte in either direction. Zero: for ever. Default: for ever.</summary>
    [Milliseconds]
    public TimeSpan? StreamIdle { get; set; }

    /// <summary>Limit for the head of a request, from its first byte; not zero. One for the whole sidecar: of several endpoints the shortest holds. Default: 30 s.</summary>
    [Milliseconds]
    public TimeSpan? RequestHeaders { get; set; }

    /// <summary>How old a caller's connection may grow: then what runs finishes and no new request begins; a tunnel is closed. Zero: any age. Default: any age.</summary>
    [Milliseconds]
    public TimeSpan? MaxConnectionDuration { get; set; }

    internal InboundTimeoutSettings ToSettings() => new()
    {
        Connect = Connect, Request = Request, Idle = Idle, StreamIdle = StreamIdle, RequestHeaders = RequestHeaders, MaxConnectionDuration = MaxConnectionDuration,
    };
}
