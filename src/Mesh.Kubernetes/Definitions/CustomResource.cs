using Mesh.Model.Resources;

namespace Mesh.Kubernetes.Definitions;

/// <summary>What a kind of document is called in Kubernetes.</summary>
/// <param name="Kind">The kind, the same word as in documents.</param>
public sealed record CustomResource(string Kind)
{
    /// <summary>The plural, lower case: what paths of the API name.</summary>
    public string Plural => CustomResourceNames.PluralOf(Kind);

    /// <summary>The kind in lower case.</summary>
    public string Singular => Kind.ToLowerInvariant();

    /// <summary>What people type at kubectl: <c>m</c> and the initials of the kind, or the beginning of one that is a single word.</summary>
    public string ShortName
    {
        get
        {
            var initials = string.Concat(Kind.Where(char.IsAsciiLetterUpper)).ToLowerInvariant();
            return initials.Length > 1 ? $"m{initials}" : $"m{Singular[..Math.Min(3, Singular.Length)]}";
        }
    }

    /// <summary>The name of its definition.</summary>
    public string DefinitionName => $"{Plural}.{CustomResourceNames.Group}";

    /// <summary>Every kind of document.</summary>
    public static IReadOnlyList<CustomResource> All { get; } = [.. CustomResourceNames.Kinds.Select(k => new CustomResource(k))];
}
