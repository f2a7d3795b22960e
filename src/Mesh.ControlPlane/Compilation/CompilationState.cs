using System.Collections.Immutable;
using Mesh.ControlPlane.Store;
using Mesh.Model.Compilation;

namespace Mesh.ControlPlane.Compilation;

/// <summary>What is in force and what it was made from. Immutable.</summary>
/// <param name="Stored">What was declared.</param>
/// <param name="Configuration">The same, sorted for the compiler.</param>
/// <param name="Mesh">What every sidecar does, and why: of services in <paramref name="Refused"/> what they keep.</param>
/// <param name="At">When it was published.</param>
/// <param name="Refused">What could not be published, by profile; those are served their last good snapshot with the permissions of this one.</param>
internal sealed record CompilationState(
    StoredConfiguration Stored,
    MeshConfiguration Configuration,
    CompiledMesh Mesh,
    DateTimeOffset At,
    ImmutableSortedDictionary<string, string> Refused)
{
    /// <summary>Everything that lint rules find, hints too.</summary>
    public IEnumerable<CompileWarning> Findings => Configuration.Warnings.Concat(Mesh.Findings);

    /// <summary>Everything that will not do what its author means.</summary>
    public IEnumerable<CompileWarning> Warnings => Configuration.Warnings.Concat(Mesh.Warnings);
}
