namespace Mesh.Proxy.Telemetry;

/// <summary>What an opaque connection is counted under.</summary>
internal readonly record struct TunnelTags
{
    /// <summary>Which side of the call.</summary>
    public required HopDirection Direction { get; init; }

    /// <summary>The caller's <c>namespace/service</c>, <c>developer</c>, or <c>unknown</c>.</summary>
    public required string Caller { get; init; }

    /// <summary>The upstream port, <c>namespace/service/port</c>.</summary>
    public required string Callee { get; init; }

    /// <summary>The mesh's own error code; <see langword="null"/>: the mesh made no error.</summary>
    public string? Error { get; init; }
}
