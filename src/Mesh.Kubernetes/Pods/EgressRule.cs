using System.Collections.Immutable;

namespace Mesh.Kubernetes.Pods;

/// <summary>Where a pod may connect to beside the mesh, the control plane and DNS.</summary>
public sealed record EgressRule
{
    /// <summary>Pods of the release with this name (<c>app.kubernetes.io/component</c>). <see langword="null"/>: <see cref="Cidrs"/>.</summary>
    public string? Component { get; init; }

    /// <summary>Addresses in CIDR notation. Empty, without a component: every address that is routed on the Internet.</summary>
    public ImmutableArray<string> Cidrs { get; init; } = [];

    /// <summary>TCP port. <see langword="null"/>: every one.</summary>
    public int? Port { get; init; }
}
