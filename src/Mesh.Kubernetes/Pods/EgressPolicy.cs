using System.Collections.Immutable;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Pods;

/// <summary>
/// What pods may connect to where their way out is closed: mesh doors, the control plane, the cluster's DNS, and what is declared. A policy is about a pod: what its sidecar needs, its app
/// may reach too, without an identity there.
/// </summary>
internal static class EgressPolicy
{
    private const string Component = "app.kubernetes.io/component";
    private const string NamespaceName = "kubernetes.io/metadata.name";

    // Where host names are declared nobody knows the addresses: those of the Internet, but not what is beside the pods.
    private static readonly (string All, ImmutableArray<string> Except)[] Internet =
    [
        ("0.0.0.0/0", ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]),
        ("::/0", ["::1/128", "fc00::/7", "fe80::/10"]),
    ];

    /// <summary>The rules.</summary>
    public static ListNode Rules(MeshNames names, ImmutableArray<EgressRule> declared) => Node.List(
    [
        Rule([PodsOf((MeshNames.MeshLabel, names.Mesh))], Manifest.PolicyPort(ContainerPorts.MeshDoor)),
        Rule([Node.With(PodsOf((Component, "control-plane"), (MeshNames.MeshLabel, names.Mesh)), ("namespaceSelector", Labels((NamespaceName, names.SystemNamespace))))], Manifest.PolicyPort(ControlPlanePorts.Grpc)),
        // 169.254.0.0/16: where a node's own DNS cache listens.
        Rule([Node.Object(("namespaceSelector", Labels((NamespaceName, "kube-system")))), Block("169.254.0.0/16", [])], Dns("UDP"), Dns("TCP")),
        .. declared.Distinct().Select(Rule),
    ]);

    private static ObjectNode Rule(EgressRule rule) => Rule(
        rule.Component is { } component ? [PodsOf((Component, component))]
            : rule.Cidrs.IsEmpty ? Internet.Select(block => Block(block.All, block.Except))
            : rule.Cidrs.Select(cidr => Block(cidr, [])),
        rule.Port is { } port ? [Manifest.PolicyPort(port)] : []);

    private static ObjectNode Rule(IEnumerable<DocumentNode> to, params IEnumerable<DocumentNode> ports) => Node.Object(("to", Node.List(to)), ("ports", Node.ListOrNone(ports)));

    private static ObjectNode PodsOf(params (string Label, string Value)[] labels) => Node.Object(("podSelector", Labels(labels)));

    private static ObjectNode Labels(params (string Label, string Value)[] labels) =>
        Node.Object(("matchLabels", Node.Map(labels.Select(l => KeyValuePair.Create(l.Label, l.Value)))));

    private static ObjectNode Block(string cidr, ImmutableArray<string> except) =>
        Node.Object(("ipBlock", Node.Object(("cidr", Node.Text(cidr)), ("except", except.IsEmpty ? null : Node.Texts(except)))));

    private static ObjectNode Dns(string protocol) => Node.Object(("port", Node.Number(53)), ("protocol", Node.Text(protocol)));
}
