using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Kubernetes.Wire;

/// <summary>Where objects of one kind are in the Kubernetes API.</summary>
/// <param name="Group">The API group; empty: the core group.</param>
/// <param name="Version">The group's version.</param>
/// <param name="Plural">The resource, plural and lower case.</param>
/// <param name="Namespace">The namespace; <see langword="null"/>: objects of the cluster.</param>
internal readonly record struct ObjectPath(string Group, string Version, string Plural, string? Namespace)
{
    /// <summary>The collection.</summary>
    public string Collection => $"{(Group.Length == 0 ? "api" : $"apis/{Group}")}/{Version}/{(Namespace is null ? "" : $"namespaces/{Namespace}/")}{Plural}";

    /// <summary>One object of it.</summary>
    public string Object(string name) => $"{Collection}/{name}";

    /// <summary>A document's kind.</summary>
    public static ObjectPath Document(string kind, string @namespace) => new(CustomResourceNames.Group, CustomResourceNames.Version, CustomResourceNames.PluralOf(kind), @namespace);

    public static ObjectPath Pods(string @namespace) => new("", "v1", "pods", @namespace);

    public static ObjectPath Namespaces() => new("", "v1", "namespaces", null);

    public static ObjectPath Nodes() => new("", "v1", "nodes", null);

    public static ObjectPath Secrets(string @namespace) => new("", "v1", "secrets", @namespace);

    public static ObjectPath ConfigMaps(string @namespace) => new("", "v1", "configmaps", @namespace);

    public static ObjectPath Leases(string @namespace) => new("coordination.k8s.io", "v1", "leases", @namespace);

    public static ObjectPath TokenReviews() => new("authentication.k8s.io", "v1", "tokenreviews", null);

    public static ObjectPath SubjectAccessReviews() => new("authorization.k8s.io", "v1", "subjectaccessreviews", null);

    public static ObjectPath Definitions() => new("apiextensions.k8s.io", "v1", "customresourcedefinitions", null);

    /// <inheritdoc />
    public override string ToString() => Namespace is null ? Plural : $"{Plural} of {Namespace}";
}
