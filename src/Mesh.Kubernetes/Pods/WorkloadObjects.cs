using Mesh.Kubernetes.Manifests;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Pods;

/// <summary>What a meshed workload needs beside its pods.</summary>
public static class WorkloadObjects
{
    /// <summary>The identity. Pods of it mount no token but that for the mesh.</summary>
    public static ObjectNode ServiceAccount(SidecarSettings settings, PodSpec pod) => Node.With(
        Manifest.Of("v1", "ServiceAccount", pod.Service.Name, pod.Service.Namespace, new Sidecar(settings, pod).Labels),
        ("automountServiceAccountToken", Node.No),
        ("imagePullSecrets", settings.Image.PullSecrets));

    /// <summary>
    /// Nothing leaves the pods but to the mesh and what is declared, where that is wanted, and nothing reaches them but their mesh door, open ports and doors for plain text (which the sidecar
    /// opens and closes), where the cluster's network enforces it. Probes of the kubelet are never filtered. What an app binds to
    /// loopback is closed in any case.
    /// </summary>
    public static ObjectNode NetworkPolicy(SidecarSettings settings, PodSpec pod) => Node.With(
        Manifest.Of("networking.k8s.io/v1", "NetworkPolicy", $"{settings.Names.Mesh}-{pod.Service.Name}", pod.Service.Namespace, new Sidecar(settings, pod).Labels),
        ("spec", Node.Object(
            ("podSelector", Node.Object(("matchLabels", Node.Map(new Sidecar(settings, pod).Labels)))),
            ("policyTypes", Node.Texts(pod.Egress is null ? ["Ingress"] : ["Ingress", "Egress"])),
            ("ingress", Node.List(Node.Object(("ports", Node.List(
            [
                Manifest.PolicyPort(ContainerPorts.MeshDoor),
                .. pod.OpenPorts.Values.Concat(pod.PlainDoors).Select(p => Manifest.PolicyPort(new ScalarNode(ScalarKind.Number, p))),
            ]))))),
            ("egress", pod.Egress is { } egress ? EgressPolicy.Rules(settings.Names, egress) : null))));
}
