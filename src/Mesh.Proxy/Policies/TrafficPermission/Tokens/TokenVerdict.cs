using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>What came of looking for a token in a request.</summary>
/// <param name="Tokens">The token, once for each provider that takes it; empty: there is none.</param>
/// <param name="Failure">Why it is not taken; <see langword="null"/>: it is, or there is none.</param>
/// <param name="Provider">Whose it said to be, where that is known.</param>
/// <param name="Strip">Where it was, if the app must not be given it.</param>
internal readonly record struct TokenVerdict(VerifiedToken[] Tokens, TokenFailure? Failure = null, string? Provider = null, TokenPlace? Strip = null);
