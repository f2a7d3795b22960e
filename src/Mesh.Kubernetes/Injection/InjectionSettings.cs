using Mesh.Kubernetes.Pods;

namespace Mesh.Kubernetes.Injection;

/// <summary>How sidecars are put into workloads that no AppHost published.</summary>
/// <param name="Sidecars">What they have in common.</param>
/// <param name="Namespace">The namespace of objects that name none.</param>
public sealed record InjectionSettings(SidecarSettings Sidecars, string Namespace);
