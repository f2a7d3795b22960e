using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A list with exactly one item.</summary>
internal sealed class SingleItemSchema<T>(ValueSchema<T> item) : ValueSchema<T>
    where T : class
{
    public override bool TryRead(DocumentNode node, FieldPath at, List<Violation> violations, [MaybeNullWhen(false)] out T value)
    {
        if (node is ListNode { Items: [var only] })
        {
            return item.TryRead(only, at[0], violations, out value);
        }

        value = null;
        violations.Add(new(at, $"must be a list with exactly one item but is {(node is ListNode list ? $"one with {list.Items.Length}" : node.Describe())}"));
        return false;
    }

    public override DocumentNode Write(T value) => new ListNode([item.Write(value)]);

    public override ObjectNode Describe() => OpenApi.Of("array", ("items", item.Describe()), ("minItems", OpenApi.Number(1)), ("maxItems", OpenApi.Number(1)));
}
