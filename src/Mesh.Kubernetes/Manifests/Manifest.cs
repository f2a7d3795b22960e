using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Manifests;

/// <summary>The frame of Kubernetes objects.</summary>
internal static class Manifest
{
    /// <summary>An object without a spec.</summary>
    /// <param name="apiVersion">Group and version.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="name">The name.</param>
    /// <param name="ns">The namespace; <see langword="null"/>: it is in none.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="annotations">Annotations.</param>
    public static ObjectNode Of(
        string apiVersion, string kind, string name, string? ns, IReadOnlyDictionary<string, string>? labels = null, IReadOnlyDictionary<string, string>? annotations = null) => Node.Object(
            ("apiVersion", Node.Text(apiVersion)),
            ("kind", Node.Text(kind)),
            ("metadata", Node.Object(
                ("name", Node.Text(name)),
                ("namespace", ns is null ? null : Node.Text(ns)),
                ("labels", labels is { Count: > 0 } ? Node.Map(labels) : null),
                ("annotations", annotations is { Count: > 0 } ? Node.Map(annotations) : null))));

    /// <summary>A port of a NetworkPolicy.</summary>
    public static ObjectNode PolicyPort(int port) => PolicyPort(Node.Number(port));

    /// <summary>A port of a NetworkPolicy.</summary>
    public static ObjectNode PolicyPort(ScalarNode port) => Node.Object(("port", port), ("protocol", Node.Text("TCP")));
}
