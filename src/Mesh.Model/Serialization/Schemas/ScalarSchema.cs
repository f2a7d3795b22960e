using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A scalar of one type, with the words for what was expected.</summary>
internal abstract class ScalarSchema<T>(string expected) : ValueSchema<T>
{
    public sealed override bool TryRead(DocumentNode node, FieldPath at, List<Violation> violations, [MaybeNullWhen(false)] out T value)
    {
        if (node is ScalarNode scalar && TryParse(scalar, out value))
        {
            return true;
        }

        value = default;
        violations.Add(new(at, $"must be {expected} but is {node.Describe()}{Cure(node)}"));
        return false;
    }

    protected abstract bool TryParse(ScalarNode scalar, [MaybeNullWhen(false)] out T value);

    /// <summary>What to write instead, beginning with its own punctuation; empty: the expectation says it.</summary>
    protected virtual string Cure(DocumentNode node) => "";
}
