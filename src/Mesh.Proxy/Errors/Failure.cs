using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Errors;

/// <summary>One error as it happened.</summary>
/// <param name="Error">Which.</param>
/// <param name="Policy">The policy or edge that caused it, or <see langword="null"/>.</param>
/// <param name="Detail">What happened, for the body: a sentence; <see langword="null"/>: the code says it all.</param>
/// <param name="Status">Another HTTP status than the catalogue's, where a rule gives one.</param>
/// <param name="GrpcStatus">Another gRPC status than the catalogue's, likewise.</param>
/// <param name="BreaksOff">Whether there is no answer: the connection, or the stream, breaks off.</param>
internal sealed record Failure(ProxyError Error, string? Policy = null, string? Detail = null, int? Status = null, int? GrpcStatus = null, bool BreaksOff = false)
{
    /// <summary>Headers of the answer beside those that every error has.</summary>
    public HeaderModification Headers { get; init; } = HeaderModification.None;

    /// <summary>The entry of <see cref="Error"/>.</summary>
    public ErrorEntry Entry => ErrorCatalog.Of(Error);
}
