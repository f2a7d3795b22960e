using System.Diagnostics.CodeAnalysis;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>Text. Numbers and booleans are not: 1.10 would become 1.1 on its way.</summary>
internal sealed class TextSchema() : ScalarSchema<string>("text")
{
    public static TextSchema Any { get; } = new();

    public override DocumentNode Write(string value) => ScalarNode.Of(value);

    public override ObjectNode Describe() => OpenApi.Of("string");

    protected override bool TryParse(ScalarNode scalar, [MaybeNullWhen(false)] out string value)
    {
        value = scalar.Kind == ScalarKind.Text ? scalar.Text : null;
        return value is not null;
    }

    protected override string Cure(DocumentNode node) =>
        node is ScalarNode { Kind: ScalarKind.Number or ScalarKind.Boolean } scalar ? $"; put it in quotes: \"{scalar.Text}\"" : "";
}
