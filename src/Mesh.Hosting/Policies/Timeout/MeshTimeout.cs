using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.Timeout;

namespace Mesh.Hosting;

/// <summary>Bounds of the calling side. What is left <see langword="null"/> comes from less specific calls, policies and defaults.</summary>
[AspireDto]
public sealed class MeshTimeout
{
    /// <summary>Limit for one connection attempt to a replica, handshake included; not zero. Default: 5 s, Kuma's.</summary>
    [Milliseconds]
    public TimeSpan? Connect { get; set; }

    /// <summary>
    /// Limit for a whole request with its retries; not for streams, upgrades and server-sent events; for a gRPC call only if it has a deadline of its own.
    /// Zero: none. Default: none.
    /// </summary>
    [Milliseconds]
    public TimeSpan? Request { get; set; }

    /// <summary>Limit for a gRPC call that has no deadline of its own, until its response begins; not for calls that still send. Zero: none. Default: none.</summary>
    [Milliseconds]
    public TimeSpan? GrpcRequest { get; set; }

    /// <summary>How long a request or stream may move no byte in either direction. Zero: for ever. Default: for ever.</summary>
    [Milliseconds]
    public TimeSpan? StreamIdle { get; set; }

    /// <summary>How long an unused connection is kept, and a TCP tunnel may be silent. Zero: for ever. Default: 1 h (Kuma's); tunnels for ever.</summary>
    [Milliseconds]
    public TimeSpan? Idle { get; set; }

    /// <summary>How old a connection to a replica may grow before it is used for no new request; a TCP tunnel is closed. Zero: any age. Default: any age.</summary>
    [Milliseconds]
    public TimeSpan? MaxConnectionDuration { get; set; }

    internal OutboundTimeoutSettings ToSettings() => new() { Connect = Connect, Request = Request, GrpcRequest = GrpcRequest, StreamIdle = StreamIdle, Idle = Idle, MaxConnectionDuration = MaxConnectionDuration };
}
