using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>One of a few words; case matters.</summary>
internal sealed class WordSchema<T>(params ImmutableArray<(string Word, T Value)> words)
    : ScalarSchema<T>(Wording.OneOf([.. words.Select(w => w.Word)]))
    where T : struct
{
    public override DocumentNode Write(T value) => ScalarNode.Of(words.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word);

    public override ObjectNode Describe() => OpenApi.Of("string", ("enum", OpenApi.Texts(words.Select(w => w.Word))));

    protected override bool TryParse(ScalarNode scalar, out T value)
    {
        foreach (var (word, meaning) in words)
        {
            if (scalar.Kind != ScalarKind.Null && scalar.Text == word)
            {
                value = meaning;
                return true;
            }
        }

        value = default;
        return false;
    }

    protected override string Cure(DocumentNode node) =>
        node is ScalarNode { Kind: ScalarKind.Text } scalar && Wording.TryGuess(scalar.Text, [.. words.Select(w => w.Word)], out var guess) ? $"; did you mean {guess}?" : "";
}
