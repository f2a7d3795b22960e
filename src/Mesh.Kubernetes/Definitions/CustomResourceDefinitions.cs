using System.Collections.Immutable;
using System.Reflection;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Definitions;

/// <summary>
/// The CustomResourceDefinitions of every kind of document, made of the schemas by which documents are read. They are checked in under <c>crds/</c>, where charts and
/// control planes take them from; a test holds the files against the schemas.
/// </summary>
public static class CustomResourceDefinitions
{
    private const string NameRule = "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$') && self.metadata.name.size() <= 63";

    /// <summary>This version of the mesh, such as <c>0.1.0</c>.</summary>
    public static string ThisVersion { get; } = typeof(CustomResourceDefinitions).Assembly.GetName().Version!.ToString(3);

    /// <summary>The files: name, such as <c>services.mesh.dev.yaml</c>, and YAML.</summary>
    public static ImmutableSortedDictionary<string, string> Files { get; } = typeof(CustomResourceDefinitions).Assembly.GetManifestResourceNames()
        .Where(n => n.EndsWith($".{CustomResourceNames.Group}.yaml", StringComparison.Ordinal))
        .ToImmutableSortedDictionary(n => n, Read, StringComparer.Ordinal);

    /// <summary>The definitions, in the order of the kinds.</summary>
    public static ImmutableArray<ObjectNode> All { get; } = [.. KindDescription.All.Select(Make)];

    /// <summary>The name of the file with a kind's definition.</summary>
    public static string FileName(CustomResource resource) => $"{resource.DefinitionName}.yaml";

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static ObjectNode Make(KindDescription kind)
    {
        var resource = new CustomResource(kind.Kind);
        return Node.Object(
            ("apiVersion", Node.Text("apiextensions.k8s.io/v1")),
            ("kind", Node.Text("CustomResourceDefinition")),
            ("metadata", Node.Object(
                ("name", Node.Text(resource.DefinitionName)),
                ("annotations", Node.Object((CustomResourceNames.VersionAnnotation, Node.Text(ThisVersion)))))),
            ("spec", Node.Object(
                ("group", Node.Text(CustomResourceNames.Group)),
                ("scope", Node.Text("Namespaced")),
                ("names", Node.Object(
                    ("kind", Node.Text(kind.Kind)),
                    ("listKind", Node.Text($"{kind.Kind}List")),
                    ("plural", Node.Text(resource.Plural)),
                    ("singular", Node.Text(resource.Singular)),
                    ("shortNames", Node.Texts(resource.ShortName)),
                    ("categories", Node.Texts(kind.IsPolicy ? ["mesh", "mesh-policies"] : ["mesh"])))),
                ("versions", Node.List(Version(kind))))));
    }

    private static ObjectNode Version(KindDescription kind) => Node.Object(
        ("name", Node.Text(CustomResourceNames.Version)),
        ("served", Node.Yes),
        ("storage", Node.Yes),
        ("subresources", Node.Object(("status", Node.Object()))),
        ("additionalPrinterColumns", Node.List(
            Column("Accepted", "string", ".status.conditions[?(@.type=='Accepted')].status"),
            Column("Programmed", "string", ".status.conditions[?(@.type=='Programmed')].status"),
            Column("Proxies", "integer", ".status.proxies.concerned"),
            Column("Acknowledged", "integer", ".status.proxies.acknowledged"),
            Column("Age", "date", ".metadata.creationTimestamp"))),
        ("schema", Node.Object(("openAPIV3Schema", Node.Object(
            ("type", Node.Text("object")),
            ("required", Node.Texts("spec")),
            ("x-kubernetes-validations", Node.List(Node.Object(
                ("rule", Node.Text(NameRule)),
                ("message", Node.Text("the name must be lower-case letters, digits and inner hyphens, at most 63 characters"))))),
            ("properties", Node.Object(
                ("apiVersion", Node.Object(("type", Node.Text("string")))),
                ("kind", Node.Object(("type", Node.Text("string")))),
                ("metadata", Node.Object(("type", Node.Text("object")))),
                ("spec", kind.Spec),
                ("status", Status())))))))
    );

    private static ObjectNode Column(string name, string type, string path) =>
        Node.Object(("name", Node.Text(name)), ("type", Node.Text(type)), ("jsonPath", Node.Text(path)));

    // The shape of conditions is Kubernetes' own (metav1.Condition).
    private static ObjectNode Status() => Object(
        ("observedGeneration", Number("int64")),
        ("proxies", Object(("concerned", Number("int32")), ("acknowledged", Number("int32")))),
        ("lastGood", Node.Object(("type", Node.Text("string")))),
        ("conditions", Node.Object(
            ("type", Node.Text("array")),
            ("x-kubernetes-list-type", Node.Text("map")),
            ("x-kubernetes-list-map-keys", Node.Texts("type")),
            ("items", Node.With(
                Object(
                    ("type", Text(("maxLength", Node.Number(316)))),
                    ("status", Text(("enum", Node.Texts("True", "False", "Unknown")))),
                    ("observedGeneration", Number("int64")),
                    ("lastTransitionTime", Text(("format", Node.Text("date-time")))),
                    ("reason", Text(("maxLength", Node.Number(1024)))),
                    ("message", Text(("maxLength", Node.Number(32768))))),
                ("required", Node.Texts("type", "status", "lastTransitionTime", "reason", "message")))))));

    private static ObjectNode Object(params ReadOnlySpan<(string Name, DocumentNode? Value)> properties) =>
        Node.Object(("type", Node.Text("object")), ("properties", Node.Object(properties)));

    private static ObjectNode Text((string Name, DocumentNode Value) keyword) => Node.Object(("type", Node.Text("string")), (keyword.Name, keyword.Value));

    private static ObjectNode Number(string format) => Node.Object(("type", Node.Text("integer")), ("format", Node.Text(format)));
}
