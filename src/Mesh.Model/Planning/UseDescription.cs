using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>"I call this": a workload, an external service, or something outside the mesh.</summary>
/// <param name="Target">Who is called.</param>
/// <param name="Port">The one endpoint that is meant; <see langword="null"/>: every endpoint of the target.</param>
/// <param name="DeclaredAt">Where it was said.</param>
public sealed record UseDescription(ServiceId Target, string? Port = null, Declaration DeclaredAt = default);
