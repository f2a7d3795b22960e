namespace Mesh.Hosting.Testing;

/// <summary>Calls that ended with an error of the mesh.</summary>
/// <param name="Caller">Who called, as the sidecar saw it.</param>
/// <param name="Callee">Who was called.</param>
/// <param name="Direction"><c>outbound</c>, <c>inbound</c> or <c>front_door</c>: which side of the sidecar it was.</param>
/// <param name="Code">What, such as <c>permission_denied</c>.</param>
/// <param name="Count">How many.</param>
public sealed record MeshErrorCount(string Caller, string Callee, string Direction, string Code, long Count);
