namespace Mesh.Model.Compilation;

/// <summary>What somebody said about a setting that somebody else decided.</summary>
/// <param name="Value">What it would have been, for people.</param>
/// <param name="Origin">Who said so.</param>
public sealed record OverruledSetting(string Value, Origin Origin)
{
    /// <inheritdoc />
    public override string ToString() => $"{Value} by {Origin}";
}
