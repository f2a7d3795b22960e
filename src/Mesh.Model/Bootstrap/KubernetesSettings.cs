using System.Collections.Immutable;

namespace Mesh.Model.Bootstrap;

/// <summary>The control plane on Kubernetes: documents, replicas, the authority and who may do what come from its API, and no state is kept elsewhere.</summary>
public sealed record KubernetesSettings
{
    /// <summary>Name of the mesh; what the control plane keeps in the cluster is named after it, such as the Lease <c>mesh-control-plane</c>. Default: <c>mesh</c>.</summary>
    public string Mesh { get; set; } = "mesh";

    /// <summary>The namespaces that are served: their custom resources count, and their pods are the replicas.</summary>
    public required ImmutableArray<string> Namespaces { get; init; }

    /// <summary>The control plane's own namespace, with the Secret of the authority and the Lease.</summary>
    public required string SystemNamespace { get; init; }

    /// <summary>The audience that tokens of sidecars and of callers of the API must be for. Default: <c>mesh</c>.</summary>
    public string Audience { get; set; } = "mesh";

    /// <summary>URL of the API server. <see langword="null"/>: the one that the pod is told of by <c>KUBERNETES_SERVICE_HOST</c> and <c>KUBERNETES_SERVICE_PORT</c>.</summary>
    public string? Server { get; set; }

    /// <summary>The ServiceAccount's token. Read again when it changes. <see langword="null"/>: where pods have it.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Roots of the API server's certificate. Read again when they change. <see langword="null"/>: where pods have them.</summary>
    public string? CertificateAuthorityFile { get; set; }
}
