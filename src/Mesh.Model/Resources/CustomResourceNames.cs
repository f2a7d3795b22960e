using Mesh.Model.Serialization;

namespace Mesh.Model.Resources;

/// <summary>What documents are called as custom resources of a Kubernetes cluster.</summary>
public static class CustomResourceNames
{
    /// <summary>The API group.</summary>
    public const string Group = "mesh.dev";

    /// <summary>The group's version.</summary>
    public const string Version = "v1alpha1";

    /// <summary>Annotation of a custom resource: where its author wrote it, a JSON object with the entries of <see cref="ResourceMetadata.DeclaredAt"/>.</summary>
    public const string DeclaredAtAnnotation = "mesh.dev/declared-at";

    /// <summary>Annotation of a custom resource definition: the version of Mesh that wrote it. A newer one is never overwritten.</summary>
    public const string VersionAnnotation = "mesh.dev/version";

    /// <summary>The kinds there are.</summary>
    public static IReadOnlyList<string> Kinds => ResourceReader.KindNames;

    /// <summary>A kind's plural, lower case: the last part of its path, such as <c>httproutes</c>, <c>retries</c>, <c>tlses</c>.</summary>
    public static string PluralOf(string kind)
    {
        var word = kind.ToLowerInvariant();
        return word[^1] == 's' ? $"{word}es" : word[^1] == 'y' && !"aeiou".Contains(word[^2], StringComparison.Ordinal) ? $"{word[..^1]}ies" : $"{word}s";
    }
}
