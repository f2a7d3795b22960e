using Mesh.Model.Snapshots;

namespace Mesh.Benchmarks.Candidates;

/// <summary>What two sidecars are told.</summary>
/// <param name="Name">Heads rows of tables.</param>
/// <param name="SwitchedOn">What of a mesh is on, in words.</param>
/// <param name="Caller">The near side.</param>
/// <param name="Callee">The far side.</param>
internal sealed record PairMesh(string Name, string SwitchedOn, ProxySnapshot Caller, ProxySnapshot Callee);
