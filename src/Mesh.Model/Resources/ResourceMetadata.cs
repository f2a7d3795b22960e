using System.Collections.Immutable;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Resources;

/// <summary>What every resource carries beside its spec.</summary>
public sealed record ResourceMetadata
{
    /// <summary>The name, a DNS label, unique for its kind in its namespace.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace, a DNS label. Default: <c>default</c>.</summary>
    public string Namespace { get; init; } = ServiceId.DefaultNamespace;

    /// <summary>Labels; those of a service are what policies select by.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = NoLabels;

    /// <summary>
    /// Where the user wrote it, for a document that a tool wrote: <c>file:line</c> by path in this document, such as <c>spec.uses[0]</c>; <c>.</c> is the document
    /// itself. Origins name these places. Empty, the default: the document is what the user wrote.
    /// </summary>
    public ImmutableSortedDictionary<string, string> DeclaredAt { get; init; } = NoLabels;

    /// <summary>The key of <see cref="DeclaredAt"/> that stands for the document.</summary>
    public const string Document = ".";

    /// <summary>Where a part was declared: by its own entry, that of what surrounds it, or that of the document; <see langword="null"/>: nobody said.</summary>
    internal string? DeclaredPlace(FieldPath at)
    {
        var path = at.Text ?? "";
        while (path.Length > 0)
        {
            if (DeclaredAt.TryGetValue(path, out var place))
            {
                return place;
            }

            path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
        }

        return DeclaredAt.GetValueOrDefault(Document);
    }

    internal static ImmutableSortedDictionary<string, string> NoLabels { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Name.Length > 0 && !DnsLabel.IsValid(Name))
        {
            yield return new(at / "name", NotALabel(Name));
        }

        if (!DnsLabel.IsValid(Namespace))
        {
            yield return new(at / "namespace", NotALabel(Namespace));
        }

        // A misspelt rehearsal would be the real thing.
        if (Labels.TryGetValue(Policies.Policy.EffectLabel, out var effect) && effect != Policies.Policy.Shadow)
        {
            yield return new(at / "labels" / Policies.Policy.EffectLabel, $"must be {Policies.Policy.Shadow} but is {Wording.Quote(effect)}; leave it out to have the policy in force");
        }
    }

    internal static string NotALabel(string seen) =>
        $"must be lower-case letters, digits and inner hyphens, at most {DnsLabel.MaxLength} characters, but is {Wording.Quote(seen)}";
}
