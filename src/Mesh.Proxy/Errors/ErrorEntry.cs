namespace Mesh.Proxy.Errors;

/// <summary>What an error looks like from outside.</summary>
/// <param name="Code">The word in the <c>mesh-error</c> header, metric tags, logs and documentation.</param>
/// <param name="Blame">Who has to act.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="GrpcStatus">gRPC status code.</param>
/// <param name="Cure">What to do about it, one sentence.</param>
internal sealed record ErrorEntry(string Code, Blame Blame, int Status, int GrpcStatus, string Cure);
