namespace Mesh.Model.Snapshots;

/// <summary>How many opaque connections may come in.</summary>
public sealed record ConnectionLimit
{
    /// <summary>Whose. <see langword="null"/>: those of everybody whom no limit before this one is for.</summary>
    public PrincipalMatch? Caller { get; init; }

    /// <summary>How many. <see langword="null"/>: any number.</summary>
    public Rate? Rate { get; init; }

    /// <summary>What said so.</summary>
    public required Origin Origin { get; init; }
}
