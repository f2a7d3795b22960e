namespace Mesh.Model.Compilation;

/// <summary>What somebody said about a setting that somebody else decided.</summary>
/// <param name="Value">What it would have been, for people.</param>
/// <param name="Origin">Who said so.</param>
public sealed record OverruledSetting(string Value, Origin Origin)
{
    /// <summary>Whether nothing but its name, or its place in the document, is why it was not heard.</summary>
    public bool IsTie { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{Value} by {Origin}";
}
