using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Timeout;

/// <summary>Bounds of the receiving side.</summary>
public sealed record InboundTimeoutSettings : PolicySettings
{
    /// <summary>Limit for one connection attempt to the app. Without any policy: 10 s, Kuma's.</summary>
    public TimeSpan? Connect { get; init; }

    /// <summary>Limit for a whole request; not for streams and upgrades. Zero: none. Without any policy: none.</summary>
    public TimeSpan? Request { get; init; }

    /// <summary>How long a tunnel may be silent; for ports that speak <c>tcp</c>. Zero: for ever. Without any policy: 2 h, Kuma's.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>How long a request or stream may move no byte. Zero: for ever. Without any policy: for ever.</summary>
    public TimeSpan? StreamIdle { get; init; }

    /// <summary>Limit for the head of a request, from its first byte. One for the whole sidecar: of several ports the shortest holds. Without any policy: 30 s, Kestrel's.</summary>
    public TimeSpan? RequestHeaders { get; init; }

    /// <summary>How old a connection may grow: then what runs on it finishes and no new request begins; a tunnel is closed. Zero: any age. Without any policy: any age.</summary>
    public TimeSpan? MaxConnectionDuration { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. Duration.Check(Connect, at / "connect"),
        .. Duration.Check(Request, at / "request", zeroIsOff: true),
        .. Duration.Check(Idle, at / "idle", zeroIsOff: true),
        .. Duration.Check(StreamIdle, at / "streamIdle", zeroIsOff: true),
        .. Duration.Check(RequestHeaders, at / "requestHeaders"),
        .. Duration.Check(MaxConnectionDuration, at / "maxConnectionDuration", zeroIsOff: true),
    ];
}
