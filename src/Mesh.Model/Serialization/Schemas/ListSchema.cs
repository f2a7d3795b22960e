using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A list of values of one kind.</summary>
/// <param name="item">What each item is.</param>
/// <param name="mayBeEmpty">False where an empty list would read like "none" but mean "any".</param>
internal sealed class ListSchema<T>(ValueSchema<T> item, bool mayBeEmpty = true) : ValueSchema<ImmutableArray<T>>
{
    /// <summary>The most items that are read: far beyond any real document, far below what would hold up the compiler.</summary>
    private const int MaxItems = 4096;

    public override bool TryRead(DocumentNode node, FieldPath at, List<Violation> violations, out ImmutableArray<T> value)
    {
        value = [];
        if (node is not ListNode list)
        {
            violations.Add(new(at, $"must be a list but is {node.Describe()}"));
            return false;
        }

        if (list.Items.Length > MaxItems)
        {
            violations.Add(new(at, $"has {list.Items.Length} items, the limit is {MaxItems}; split the document"));
            return false;
        }

        if (list.Items.IsEmpty && !mayBeEmpty)
        {
            violations.Add(new(at, "is an empty list; add an item, or leave the field out"));
        }

        var items = ImmutableArray.CreateBuilder<T>(list.Items.Length);
        for (var i = 0; i < list.Items.Length; i++)
        {
            if (item.TryRead(list.Items[i], at[i], violations, out var read))
            {
                items.Add(read);
            }
        }

        value = items.DrainToImmutable();
        return true;
    }

    public override DocumentNode Write(ImmutableArray<T> value) => new ListNode([.. value.Select(item.Write)]);

    public override ObjectNode Describe()
    {
        var list = OpenApi.Of("array", ("items", item.Describe()), ("maxItems", OpenApi.Number(MaxItems)));
        return mayBeEmpty ? list : OpenApi.With(list, "minItems", OpenApi.Number(1));
    }
}
