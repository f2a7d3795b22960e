using System.Collections.Immutable;
using Mesh.ControlPlane.Store;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Topology;
using Mesh.Xds.Server;

namespace Mesh.ControlPlane.Compilation;

/// <summary>What was declared, compiled and encoded but not published: what a change over the API is tried with before it is written, and published with after.</summary>
/// <param name="Stored">What was declared.</param>
/// <param name="Configuration">The same, sorted for the compiler.</param>
/// <param name="Mesh">What every sidecar does, and why.</param>
/// <param name="Prepared">The same as it travels.</param>
internal sealed record MeshCompilation(StoredConfiguration Stored, MeshConfiguration Configuration, CompiledMesh Mesh, ImmutableSortedDictionary<ServiceId, PreparedSnapshot> Prepared)
{
    /// <summary>Compiles what was declared, and encodes what is not as it was before.</summary>
    public static MeshCompilation Of(TrustDomain trustDomain, StoredConfiguration stored, MeshCompilation? before)
    {
        var configuration = MeshConfiguration.Of(trustDomain, stored.InForce);
        var mesh = SnapshotCompiler.Compile(configuration.Topology, configuration.Policies);
        return new(stored, configuration, mesh, mesh.Snapshots.ToImmutableSortedDictionary(s => s.Key, s => PreparedSnapshot.Of(s.Key.ToString(), s.Value, before?.Prepared.GetValueOrDefault(s.Key))));
    }

    /// <summary>What breaks a rule of the wire, by profile: none of it could be published.</summary>
    public ImmutableSortedDictionary<string, string> Refusals() => Prepared
        .Where(p => !p.Value.Violations.IsEmpty)
        .ToImmutableSortedDictionary(p => p.Key.ToString(), p => string.Join("; ", p.Value.Violations), StringComparer.Ordinal);
}
