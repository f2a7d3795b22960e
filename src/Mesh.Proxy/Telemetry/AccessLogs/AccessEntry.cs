namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>A request that has ended, as access logs see it.</summary>
internal readonly struct AccessEntry
{
    /// <summary>Request and response.</summary>
    public required HttpContext Context { get; init; }

    /// <summary>Which side of the call.</summary>
    public required HopDirection Direction { get; init; }

    /// <summary>The caller's name.</summary>
    public required string Caller { get; init; }

    /// <summary>The caller's SPIFFE id; <see langword="null"/>: it has none here.</summary>
    public string? CallerId { get; init; }

    /// <summary>The upstream port.</summary>
    public required string Callee { get; init; }

    /// <summary>The route rule's name; <see langword="null"/>: none.</summary>
    public string? Route { get; init; }

    /// <summary>The status that the caller saw; 0: none.</summary>
    public required int Status { get; init; }

    /// <summary>The mesh's own error code; <see langword="null"/>: it made none.</summary>
    public string? Error { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>What was noted on its way.</summary>
    public required HopNotes Notes { get; init; }
}
