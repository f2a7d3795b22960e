using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>What every sidecar does, and why. Equal inputs give equal outputs, in the same order.</summary>
public sealed record CompiledMesh
{
    /// <summary>What the sidecars of each service do.</summary>
    public required ImmutableSortedDictionary<ServiceId, ProxySnapshot> Snapshots { get; init; }

    /// <summary>Why they do it: each setting that something other than a default decided.</summary>
    public required ImmutableSortedDictionary<ServiceId, ImmutableArray<AppliedSetting>> Explanations { get; init; }

    /// <summary>What will not do what its author means.</summary>
    public required ImmutableArray<CompileWarning> Warnings { get; init; }
}
