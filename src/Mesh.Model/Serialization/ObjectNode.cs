using System.Collections.Immutable;

namespace Mesh.Model.Serialization;

/// <summary>Named members in the order of the text; names are unique.</summary>
public sealed record ObjectNode(ImmutableArray<DocumentMember> Members, int Line = 0) : DocumentNode(Line)
{
    /// <summary>The member's value, or <see langword="null"/>.</summary>
    public DocumentNode? this[string name] => Members.FirstOrDefault(m => m.Name == name)?.Value;

    /// <inheritdoc />
    public override string Describe() => "an object";
}
