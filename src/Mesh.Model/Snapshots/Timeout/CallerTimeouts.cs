namespace Mesh.Model.Snapshots;

/// <summary>Bounds of the receiving side for some callers.</summary>
public sealed record CallerTimeouts
{
    /// <summary>Which callers.</summary>
    public required PrincipalMatch Caller { get; init; }

    /// <summary>Limit for a whole request. Zero: none. <see langword="null"/>: this entry does not say.</summary>
    public TimeSpan? Request { get; init; }

    /// <summary>How long a tunnel may be silent. Zero: for ever. <see langword="null"/>: this entry does not say.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>How long a request or stream may move no byte. Zero: for ever. <see langword="null"/>: this entry does not say.</summary>
    public TimeSpan? StreamIdle { get; init; }

    /// <summary>What said so.</summary>
    public required Origin Origin { get; init; }
}
