using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Kubernetes.Tests.Charts;

/// <summary>Reads objects as the types of Kubernetes: a member that the type has not got is an error, as with the API server's strict validation.</summary>
internal static class StrictReader
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.General) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private static readonly Dictionary<(string Version, string Kind), Type> Types = new()
    {
        [("v1", "Namespace")] = typeof(V1Namespace),
        [("v1", "ServiceAccount")] = typeof(V1ServiceAccount),
        [("v1", "Service")] = typeof(V1Service),
        [("v1", "ConfigMap")] = typeof(V1ConfigMap),
        [("v1", "Secret")] = typeof(V1Secret),
        [("v1", "PersistentVolumeClaim")] = typeof(V1PersistentVolumeClaim),
        [("apps/v1", "Deployment")] = typeof(V1Deployment),
        [("apps/v1", "StatefulSet")] = typeof(V1StatefulSet),
        [("policy/v1", "PodDisruptionBudget")] = typeof(V1PodDisruptionBudget),
        [("networking.k8s.io/v1", "NetworkPolicy")] = typeof(V1NetworkPolicy),
        [("networking.k8s.io/v1", "Ingress")] = typeof(V1Ingress),
        [("rbac.authorization.k8s.io/v1", "Role")] = typeof(V1Role),
        [("rbac.authorization.k8s.io/v1", "RoleBinding")] = typeof(V1RoleBinding),
        [("rbac.authorization.k8s.io/v1", "ClusterRole")] = typeof(V1ClusterRole),
        [("rbac.authorization.k8s.io/v1", "ClusterRoleBinding")] = typeof(V1ClusterRoleBinding),
        [("apiextensions.k8s.io/v1", "CustomResourceDefinition")] = typeof(V1CustomResourceDefinition),
    };

    /// <summary>The object; <see langword="null"/>: it is one of the mesh's own kinds, which <see cref="CustomObjects"/> reads.</summary>
    public static object? Read(ObjectNode node)
    {
        var (version, kind) = (((ScalarNode)node["apiVersion"]!).Text, ((ScalarNode)node["kind"]!).Text);
        if (version == Model.Resources.DeclaredResource.ApiVersion)
        {
            return null;
        }

        return Types.TryGetValue((version, kind), out var type)
            ? JsonSerializer.Deserialize(JsonDocumentWriter.Write(node), type, Strict)
            : throw new NotSupportedException($"{version} {kind} is not known to this test.");
    }
}
