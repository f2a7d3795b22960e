namespace Mesh.Model.Snapshots;

/// <summary>What of some callers may be under way at a port of one replica at a time, from the rules of CircuitBreaker policies; the first whose callers match decides alone.</summary>
public sealed record ConcurrencyLimit
{
    /// <summary>Whose. <see langword="null"/>: that of everybody whom no limit before this one is for.</summary>
    public PrincipalMatch? Caller { get; init; }

    /// <summary>For ports that speak HTTP: requests. <see langword="null"/>: any number.</summary>
    public int? Requests { get; init; }

    /// <summary>For ports that speak <c>tcp</c>: tunnels. For others, and only in the one for everybody: connections to the app. <see langword="null"/>: any number.</summary>
    public int? Connections { get; init; }

    /// <summary>Only in the one for everybody: requests that wait for a connection to the app. <see langword="null"/>: any number.</summary>
    public int? Pending { get; init; }

    /// <summary>What said so.</summary>
    public required Origin Origin { get; init; }

    /// <summary>Whether it limits nothing.</summary>
    public bool IsNone => (Requests ?? Connections ?? Pending) is null;
}
