namespace Mesh.Hosting.Testing;

/// <summary>A rule of who may call a service.</summary>
/// <param name="Endpoint">The endpoint that it is about, by its name in the mesh.</param>
/// <param name="Effect"><c>allow</c>, <c>deny</c>, or <c>allowWithShadowDeny</c>: allowed, and counted as a denial in rehearsal.</param>
/// <param name="Callers">SPIFFE ids; a <c>*</c> at the end stands for anything.</param>
/// <param name="Requests">Which requests, as <c>GET /path</c>; empty: all.</param>
/// <param name="Origin">Who said so, with file and line where there is one.</param>
public sealed record MeshPermission(string Endpoint, string Effect, IReadOnlyList<string> Callers, IReadOnlyList<string> Requests, string Origin);
