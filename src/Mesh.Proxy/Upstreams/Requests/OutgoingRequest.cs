namespace Mesh.Proxy.Upstreams;

/// <summary>One attempt to send a request on. The headers are those of <see cref="Context"/>, which the policies have changed already.</summary>
internal readonly record struct OutgoingRequest
{
    /// <summary>The caller's request.</summary>
    public required HttpContext Context { get; init; }

    /// <summary>Path and query as they are to go out.</summary>
    public required string Target { get; init; }

    /// <summary>The body. <see langword="null"/>: none.</summary>
    public required RequestBody? Body { get; init; }

    /// <summary>The connections to use.</summary>
    public required HttpPool Pool { get; init; }

    /// <summary>Whether over HTTP/2.</summary>
    public required bool IsHttp2 { get; init; }
}
