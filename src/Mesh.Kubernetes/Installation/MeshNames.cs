namespace Mesh.Kubernetes.Installation;

/// <summary>What the parts of a mesh are called in a cluster.</summary>
/// <param name="Mesh">The mesh's own name, a DNS label, usually <c>mesh</c>.</param>
/// <param name="Namespace">The namespace of the app.</param>
public sealed record MeshNames(string Mesh, string Namespace)
{
    /// <summary>The label of a meshed pod with the service's name.</summary>
    public const string ServiceLabel = "mesh.dev/service";

    /// <summary>The label of everything that belongs to a mesh, with its name.</summary>
    public const string MeshLabel = "mesh.dev/mesh";

    /// <summary>The annotation of a pod with its sidecar's bootstrap: a change of it restarts the pods.</summary>
    public const string BootstrapAnnotation = "mesh.dev/bootstrap";

    /// <summary>The annotation of a pod with the control plane's settings.</summary>
    public const string SettingsAnnotation = "mesh.dev/settings";

    /// <summary>What tokens of sidecars are for.</summary>
    public const string Audience = "mesh";

    /// <summary>The key of <see cref="Roots"/>.</summary>
    public const string RootsKey = "roots.pem";

    /// <summary>The control plane's namespace: who may read Secrets of the app does not see the authority.</summary>
    public string SystemNamespace => $"{Namespace}-{Mesh}";

    /// <summary>Deployment, Service, ServiceAccount, PodDisruptionBudget, Lease of the control plane.</summary>
    public string ControlPlane => $"{Mesh}-control-plane";

    /// <summary>The ConfigMap with the roots, in the app's namespace. The control plane writes it, and pods wait until it is there.</summary>
    public string Roots => $"{Mesh}-roots";

    /// <summary>The Secret of the authority, in the system namespace. The control plane makes it.</summary>
    public string Authority => $"{Mesh}-authority";

    /// <summary>The Lease by which replicas of the control plane tell each other of faults and recordings, in the system namespace. The control plane makes it.</summary>
    public string Shared => $"{Mesh}-shared";

    /// <summary>Where sidecars find the control plane.</summary>
    public string ControlPlaneAddress => $"https://{ControlPlane}.{SystemNamespace}.svc:{ControlPlanePorts.Grpc}";

    /// <summary>The name of something that belongs to no namespace.</summary>
    public string ClusterWide(string name) => $"{SystemNamespace}-{name}";
}
