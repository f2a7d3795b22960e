using Mesh.Kubernetes.Definitions;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Installation;

/// <summary>What the control plane may do in the cluster, and no more: what it makes is named, so that it cannot read other Secrets or ConfigMaps.</summary>
internal sealed class ControlPlaneRights(MeshNames names)
{
    private const string Authorization = "rbac.authorization.k8s.io";

    private static readonly string[] Read = ["get", "list", "watch"];

    public IEnumerable<(string File, ObjectNode Object)> Objects() =>
    [
        ("role-app", Role("Role", names.ControlPlane, names.Namespace, AppRules())),
        ("role-binding-app", Binding("RoleBinding", names.ControlPlane, names.Namespace, "Role", names.ControlPlane)),
        ("role-system", Role("Role", names.ControlPlane, names.SystemNamespace, SystemRules())),
        ("role-binding-system", Binding("RoleBinding", names.ControlPlane, names.SystemNamespace, "Role", names.ControlPlane)),
        // For people and tools: bound to nobody.
        ("role-reader", Role("Role", $"{names.Mesh}-reader", names.SystemNamespace, [Rule(CustomResourceNames.Group, ["controlplanes"], ["get"], names.Mesh)])),
        ("role-operator", Role("Role", $"{names.Mesh}-operator", names.SystemNamespace, [Rule(CustomResourceNames.Group, ["controlplanes"], ["get", "update", "debug"], names.Mesh)])),
        ("cluster-role", Role("ClusterRole", names.ClusterWide("control-plane"), null, ClusterRules())),
        ("cluster-role-binding", Binding("ClusterRoleBinding", names.ClusterWide("control-plane"), null, "ClusterRole", names.ClusterWide("control-plane"))),
        // TokenReview for sidecars, SubjectAccessReview for callers of the API.
        ("cluster-role-binding-reviews", Binding("ClusterRoleBinding", names.ClusterWide("reviews"), null, "ClusterRole", "system:auth-delegator")),
    ];

    private IEnumerable<ObjectNode> AppRules() =>
    [
        Rule(CustomResourceNames.Group, CustomResource.All.Select(r => r.Plural), Read),
        Rule(CustomResourceNames.Group, CustomResource.All.Select(r => $"{r.Plural}/status"), ["get", "update", "patch"]),
        Rule("", ["pods"], Read),
        Rule("", ["configmaps"], ["create"]),
        Rule("", ["configmaps"], ["get", "update"], names.Roots),
    ];

    private IEnumerable<ObjectNode> SystemRules() =>
    [
        Rule("", ["secrets"], ["create"]),
        Rule("", ["secrets"], ["get", "list", "watch", "update"], names.Authority),
        Rule("coordination.k8s.io", ["leases"], ["create"]),
        Rule("coordination.k8s.io", ["leases"], ["get", "update"], names.ControlPlane),
        Rule("coordination.k8s.io", ["leases"], ["get", "list", "watch", "update"], names.Shared),
        Rule("", ["pods"], Read),
    ];

    private IEnumerable<ObjectNode> ClusterRules() =>
    [
        Rule("apiextensions.k8s.io", ["customresourcedefinitions"], ["create"]),
        Rule("apiextensions.k8s.io", ["customresourcedefinitions"], ["get", "update"], [.. CustomResource.All.Select(r => r.DefinitionName)]),
        // The zone of a node that a pod of ours runs on, by name.
        Rule("", ["nodes"], ["get"]),
        // Whether the namespace that it serves is still there: its RoleBinding goes with it, and to be refused is not to know.
        Rule("", ["namespaces"], ["get"], names.Namespace),
    ];

    private static ObjectNode Role(string kind, string name, string? ns, IEnumerable<ObjectNode> rules) =>
        Node.With(Manifest.Of($"{Authorization}/v1", kind, name, ns), ("rules", Node.List(rules)));

    private ObjectNode Binding(string kind, string name, string? ns, string roleKind, string role) => Node.With(
        Manifest.Of($"{Authorization}/v1", kind, name, ns),
        ("roleRef", Node.Object(("apiGroup", Node.Text(Authorization)), ("kind", Node.Text(roleKind)), ("name", Node.Text(role)))),
        ("subjects", Node.List(Node.Object(
            ("kind", Node.Text("ServiceAccount")), ("name", Node.Text(names.ControlPlane)), ("namespace", Node.Text(names.SystemNamespace))))));

    private static ObjectNode Rule(string group, IEnumerable<string> resources, string[] verbs, params string[] only) => Node.Object(
        ("apiGroups", Node.Texts(group)),
        ("resources", Node.Texts(resources)),
        ("resourceNames", Node.ListOrNone(only.Select(Node.Text))),
        ("verbs", Node.Texts(verbs)));
}
