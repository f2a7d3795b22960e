using System.Collections.Immutable;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Model.Compilation;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Api;

/// <summary>What would become of changes.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="Violations">What could not be published, and could be before; empty: they may be written.</param>
/// <param name="Compilation">The mesh with them.</param>
internal sealed record TriedChanges(IReadOnlyCollection<PolicyChange> Changes, ImmutableArray<DocumentViolation> Violations, MeshCompilation Compilation)
{
    /// <summary>What of them will not do what is meant. Looked for when somebody asks, for whoever publishes does not wait for it.</summary>
    public ImmutableArray<CompileWarning> FindWarnings()
    {
        HashSet<ResourceKey> keys = [.. Changes.Select(c => c.Key)];
        return [.. Compilation.Configuration.Warnings.Concat(Compilation.Mesh.Warnings).Where(w => keys.Contains(w.Resource))];
    }
}
