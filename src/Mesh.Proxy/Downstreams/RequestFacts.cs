namespace Mesh.Proxy.Downstreams;

/// <summary>What permissions see of a request: kept while it runs, so that a revoked permission ends it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path that the app sees.</param>
/// <param name="Caller">The caller's SPIFFE id; <see langword="null"/>: nobody with an identity.</param>
/// <param name="Port">The port that is called.</param>
/// <param name="IsFrontDoor">Whether through a front door.</param>
/// <param name="Evidence">Headers and token; <see langword="null"/>: no rule looked at any.</param>
internal sealed record RequestFacts(string Method, string Path, string? Caller, string Port, bool IsFrontDoor, RequestEvidence? Evidence = null)
{
    /// <summary>Of somebody without an identity: whether it may have no end of its own even before its answer begins, as an upgrade or a gRPC call.</summary>
    public bool IsStream { get; init; }

    /// <summary>Whether it said that it is a gRPC call. Noted here, for its headers are its own while it runs.</summary>
    public bool IsGrpc { get; init; }
}
