namespace Mesh.Model.Snapshots;

/// <summary>Matches a header (names compared without case) or query parameter; of duplicates the first counts.</summary>
/// <param name="Name">The header's or parameter's name.</param>
/// <param name="Kind">How <paramref name="Value"/> is meant.</param>
/// <param name="Value">The value, prefix or expression; empty for presence and absence.</param>
public sealed record ValueMatch(string Name, ValueMatchKind Kind, string Value)
{
    /// <inheritdoc />
    public override string ToString() => $"{Name} {Kind} {Value}".TrimEnd();
}
