namespace Mesh.Model.Snapshots;

/// <summary>Bounds of the receiving side, from Timeout policies with <c>rules</c>.</summary>
public sealed record InboundTimeouts
{
    /// <summary>Limit for one connection attempt to the app. Default: 10 s, Kuma's inbound default.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit for a whole request. <see langword="null"/>: none.</summary>
    public TimeSpan? Request { get; init; }

    /// <summary>How long a connection or tunnel may be silent. <see langword="null"/>: for ever. Default: 2 h, Kuma's inbound default.</summary>
    public TimeSpan? Idle { get; init; } = TimeSpan.FromHours(2);

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;
}
