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

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. Duration.Check(Connect, at / "connect"),
        .. Duration.Check(Request, at / "request", zeroIsOff: true),
        .. Duration.Check(Idle, at / "idle", zeroIsOff: true),
    ];
}
