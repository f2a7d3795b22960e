using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Kubernetes.Replicas;

/// <summary>What counts of a pod that is a replica.</summary>
/// <param name="Service">Its service: namespace and label.</param>
/// <param name="Name">Its name, that of the replica.</param>
/// <param name="Account">The ServiceAccount it runs as.</param>
/// <param name="Address">Its IP; <see langword="null"/>: none yet.</param>
/// <param name="IsReady">Whether all of its containers are ready.</param>
/// <param name="IsEnding">Whether it is being deleted.</param>
/// <param name="IsOver">Whether it ran to its end.</param>
/// <param name="Node">Where it runs; empty: nowhere yet.</param>
/// <param name="Zone">Its node's zone as Kubernetes 1.35 and later copy it to pods; empty: the node has to be asked.</param>
/// <param name="Since">When it was made.</param>
internal sealed record Pod(ServiceId Service, string Name, string Account, string? Address, bool IsReady, bool IsEnding, bool IsOver, string Node, string Zone, DateTimeOffset Since)
{
    /// <summary>Label of pods in the mesh: the name of their service.</summary>
    public const string ServiceLabel = "mesh.dev/service";

    /// <summary>Label of nodes, and of pods where Kubernetes copies it: the zone.</summary>
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>Reads a pod; <see langword="null"/>: it is no replica of a service.</summary>
    public static Pod? Read(JsonObject pod, string @namespace) => pod.Label(ServiceLabel) is { } service && DnsLabel.IsValid(service)
        ? new Pod(
            new ServiceId(@namespace, service),
            pod.Name(),
            (string?)pod["spec"]?["serviceAccountName"] ?? "default",
            (string?)pod["status"]?["podIP"],
            (pod["status"]?["conditions"] as JsonArray ?? []).Any(c => (string?)c?["type"] == "Ready" && (string?)c["status"] == "True"),
            pod["metadata"]?["deletionTimestamp"] is not null,
            (string?)pod["status"]?["phase"] is "Succeeded" or "Failed",
            (string?)pod["spec"]?["nodeName"] ?? "",
            pod.Label(ZoneLabel) ?? "",
            DateTimeOffset.TryParse((string?)pod["metadata"]?["creationTimestamp"], CultureInfo.InvariantCulture, out var since) ? since : DateTimeOffset.UnixEpoch)
        : null;
}
