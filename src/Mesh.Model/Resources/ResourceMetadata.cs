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
    }

    internal static string NotALabel(string seen) =>
        $"must be lower-case letters, digits and inner hyphens, at most {DnsLabel.MaxLength} characters, but is {Wording.Quote(seen)}";
}
