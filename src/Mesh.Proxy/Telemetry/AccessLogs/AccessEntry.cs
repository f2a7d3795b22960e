using System.Net;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>A request or tcp connection that has ended, as access logs see it.</summary>
internal readonly struct AccessEntry
{
    /// <summary>Request and response; <see langword="null"/>: it is a tcp connection.</summary>
    public HttpContext? Context { get; init; }

    /// <summary>Of a tcp connection: the caller's address.</summary>
    public EndPoint? Remote { get; init; }

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

    /// <summary>Envoy's short word for how it ended; <see langword="null"/>: well.</summary>
    public string? Flags { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>What was noted on its way.</summary>
    public required HopNotes Notes { get; init; }
}
