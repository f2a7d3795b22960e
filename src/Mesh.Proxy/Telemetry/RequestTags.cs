namespace Mesh.Proxy.Telemetry;

/// <summary>What a request is counted under. Every value is out of a bounded set: names from the configuration, verified identities, known methods.</summary>
internal readonly record struct RequestTags
{
    /// <summary>Which side of the call.</summary>
    public required HopDirection Direction { get; init; }

    /// <summary>The caller's <c>namespace/service</c>, <c>developer</c>, or <c>unknown</c>.</summary>
    public required string Caller { get; init; }

    /// <summary>The upstream port, <c>namespace/service/port</c>.</summary>
    public required string Callee { get; init; }

    /// <summary>The route rule's name, or empty.</summary>
    public string? Route { get; init; }

    /// <summary>The method as the caller sent it; what is not a method of RFC 9110 or PATCH is counted as <c>_OTHER</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The status that the caller saw; 0 when it saw none.</summary>
    public required int Status { get; init; }

    /// <summary>The mesh's own error code such as <c>connect_failed</c>; <see langword="null"/>: the mesh made no error.</summary>
    public string? Error { get; init; }
}
