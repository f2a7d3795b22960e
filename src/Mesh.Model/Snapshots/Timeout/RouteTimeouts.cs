namespace Mesh.Model.Snapshots;

/// <summary>Bounds of the calling side. Never applied to upgrades, server-sent events and gRPC streams, stream idle apart.</summary>
public sealed record RouteTimeouts
{
    /// <summary>Limit for the whole request with all its retries. <see langword="null"/>: none, the default.</summary>
    public TimeSpan? Request { get; init; }

    /// <summary>Limit for a gRPC call without a deadline of its own, until its response begins; one with a deadline has <see cref="Request"/>. <see langword="null"/>: none, the default.</summary>
    public TimeSpan? GrpcRequest { get; init; }

    /// <summary>How long a request or stream may move no byte in either direction. <see langword="null"/>: for ever, the default.</summary>
    public TimeSpan? StreamIdle { get; init; }

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;
}
