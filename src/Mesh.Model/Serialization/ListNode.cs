using System.Collections.Immutable;

namespace Mesh.Model.Serialization;

/// <summary>Items in the order of the text.</summary>
public sealed record ListNode(ImmutableArray<DocumentNode> Items, int Line = 0) : DocumentNode(Line)
{
    /// <inheritdoc />
    public override string Describe() => "a list";
}
