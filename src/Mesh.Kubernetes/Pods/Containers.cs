using Mesh.Kubernetes.Manifests;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Pods;

/// <summary>Parts of containers and pods.</summary>
internal static class Containers
{
    public static ObjectNode Variable(string name, string value) => Node.Object(("name", Node.Text(name)), ("value", Node.Text(value)));

    public static ObjectNode FromField(string name, string path) => Node.Object(
        ("name", Node.Text(name)),
        ("valueFrom", Node.Object(("fieldRef", Node.Object(("fieldPath", Node.Text(path)))))));

    public static ObjectNode Port(string name, int port) => Port(name, Node.Number(port));

    public static ObjectNode Port(string name, ScalarNode port) => Node.Object(("name", Node.Text(name)), ("containerPort", port), ("protocol", Node.Text("TCP")));

    public static ObjectNode Probe(string path, int port, string scheme, int periodSeconds, int failureThreshold) => Node.Object(
        ("httpGet", Node.Object(("path", Node.Text(path)), ("port", Node.Number(port)), ("scheme", Node.Text(scheme)))),
        ("periodSeconds", Node.Number(periodSeconds)),
        ("failureThreshold", Node.Number(failureThreshold)));

    /// <summary>What the Pod Security Standard <c>restricted</c> asks of a container.</summary>
    /// <param name="user">The user's number; <see langword="null"/>: the image's, which has to be one.</param>
    /// <param name="readOnlyRoot">Whether it writes to volumes only.</param>
    public static ObjectNode Restricted(int? user, bool readOnlyRoot) => Node.Object(
        ("allowPrivilegeEscalation", Node.No),
        ("capabilities", Node.Object(("drop", Node.Texts("ALL")))),
        ("readOnlyRootFilesystem", readOnlyRoot ? Node.Yes : null),
        ("runAsNonRoot", Node.Yes),
        ("runAsUser", user is { } number ? Node.Number(number) : null),
        ("runAsGroup", user is { } group ? Node.Number(group) : null),
        ("seccompProfile", Node.Object(("type", Node.Text("RuntimeDefault")))));

    public static ObjectNode Mount(string volume, string path, bool readOnly = false) => Node.Object(
        ("name", Node.Text(volume)), ("mountPath", Node.Text(path)), ("readOnly", readOnly ? Node.Yes : null));

    public static ObjectNode Projected(string volume, params IEnumerable<DocumentNode> sources) => Node.Object(
        ("name", Node.Text(volume)), ("projected", Node.Object(("sources", Node.List(sources)))));

    /// <summary>The pod's annotation as a file.</summary>
    public static ObjectNode Annotation(string annotation, string file) => Node.Object(("downwardAPI", Node.Object(("items", Node.List(Node.Object(
        ("path", Node.Text(file)),
        ("fieldRef", Node.Object(("fieldPath", Node.Text($"metadata.annotations['{annotation}']"))))))))));
}
