using System.Collections.Immutable;
using Mesh.Model.Linting;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>What every sidecar does, and why. Equal inputs give equal outputs, in the same order.</summary>
public sealed record CompiledMesh
{
    private readonly Lazy<ImmutableArray<CompileWarning>> _findings = new([]);

    /// <summary>What the sidecars of each service do.</summary>
    public required ImmutableSortedDictionary<ServiceId, ProxySnapshot> Snapshots { get; init; }

    /// <summary>Why they do it: each setting that something other than a default decided.</summary>
    public required ImmutableSortedDictionary<ServiceId, ImmutableArray<AppliedSetting>> Explanations { get; init; }

    /// <summary>Everything that lint rules find, hints too. Looked for when somebody asks, for whoever publishes does not wait for it.</summary>
    public ImmutableArray<CompileWarning> Findings => _findings.Value;

    /// <summary>What will not do what its author means.</summary>
    public ImmutableArray<CompileWarning> Warnings => [.. Findings.Where(f => f.Rule.Level == LintLevel.Warning)];

    /// <summary>The same mesh, but for a service whose sidecars keep what they had, for what they should have cannot be said to them.</summary>
    /// <param name="service">The service.</param>
    /// <param name="snapshot">What they keep; permissions are those of this mesh all the same.</param>
    /// <param name="explanation">Why they did what they keep; of permissions this mesh says why.</param>
    public CompiledMesh Keeping(ServiceId service, ProxySnapshot snapshot, ImmutableArray<AppliedSetting> explanation) => this with
    {
        Snapshots = Snapshots.SetItem(service, Snapshots.TryGetValue(service, out var now) ? snapshot.WithPermissionsOf(now) : snapshot),
        Explanations = Explanations.SetItem(service, [.. explanation.Where(s => !s.IsPermission), .. Explanations.GetValueOrDefault(service, []).Where(s => s.IsPermission)]),
    };

    internal Func<ImmutableArray<CompileWarning>> Lint
    {
        init => _findings = new Lazy<ImmutableArray<CompileWarning>>(value);
    }
}
