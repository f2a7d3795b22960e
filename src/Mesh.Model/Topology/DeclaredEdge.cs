namespace Mesh.Model.Topology;

/// <summary>A declared "caller uses callee": the permission that default deny leaves standing.</summary>
/// <param name="Caller">Who calls.</param>
/// <param name="Callee">Who is called; a service of the mesh or an external service.</param>
/// <param name="Port">The one port that is meant; <see langword="null"/>: every port of the callee.</param>
/// <param name="Origin">Where the edge was declared.</param>
public sealed record DeclaredEdge(ServiceId Caller, ServiceId Callee, string? Port, Origin Origin);
