using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Timeout;

/// <summary>Bounds of the calling side.</summary>
public sealed record OutboundTimeoutSettings : PolicySettings
{
    /// <summary>Limit for one connection attempt to a replica, handshake included. Without any policy: 5 s, Kuma's.</summary>
    public TimeSpan? Connect { get; init; }

    /// <summary>Limit for the whole request with its retries; not for streams and upgrades. Zero: none. Without any policy: none.</summary>
    public TimeSpan? Request { get; init; }

    /// <summary>
    /// Limit for a gRPC call that carries no deadline of its own, until its response begins; not for calls that still send. Zero: none. Without any policy: none, since
    /// nothing on the wire tells a call from a stream that has nothing to say yet.
    /// </summary>
    public TimeSpan? GrpcRequest { get; init; }

    /// <summary>How long a request or stream may move no byte. Zero: for ever. Without any policy: for ever.</summary>
    public TimeSpan? StreamIdle { get; init; }

    /// <summary>How long an unused connection is kept, and a TCP tunnel may be silent. Zero: for ever. Without any policy: 1 h (Kuma's); tunnels for ever.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>How old a connection to a replica may grow: then it is used for no new request, and a TCP tunnel is closed. Zero: any age. Without any policy: any age.</summary>
    public TimeSpan? MaxConnectionDuration { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. Duration.Check(Connect, at / "connect"),
        .. Duration.Check(Request, at / "request", zeroIsOff: true),
        .. Duration.Check(GrpcRequest, at / "grpcRequest", zeroIsOff: true),
        .. Duration.Check(StreamIdle, at / "streamIdle", zeroIsOff: true),
        .. Duration.Check(Idle, at / "idle", zeroIsOff: true),
        .. Duration.Check(MaxConnectionDuration, at / "maxConnectionDuration", zeroIsOff: true),
    ];
}
