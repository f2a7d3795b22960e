using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>Labels: names and texts.</summary>
internal sealed class LabelsSchema : ValueSchema<ImmutableSortedDictionary<string, string>>
{
    public static LabelsSchema Any { get; } = new();

    public override bool TryRead(DocumentNode node, FieldPath at, List<Violation> violations, [MaybeNullWhen(false)] out ImmutableSortedDictionary<string, string> value)
    {
        value = null;
        if (node is not ObjectNode o)
        {
            violations.Add(new(at, $"must be an object of names and texts but is {node.Describe()}"));
            return false;
        }

        var labels = ResourceMetadata.NoLabels.ToBuilder();
        foreach (var member in o.Members)
        {
            if (TextSchema.Any.TryRead(member.Value, at / member.Name, violations, out var text))
            {
                labels[member.Name] = text;
            }
        }

        value = labels.ToImmutable();
        return true;
    }

    public override DocumentNode Write(ImmutableSortedDictionary<string, string> value) =>
        new ObjectNode([.. value.Select(l => new DocumentMember(l.Key, ScalarNode.Of(l.Value)))]);

    public override ObjectNode Describe() => OpenApi.Of("object", ("additionalProperties", TextSchema.Any.Describe()));
}
