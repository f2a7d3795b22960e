namespace Mesh.Model.Snapshots;

/// <summary>Where the value of a tag comes from.</summary>
/// <param name="Name">The header's or the variable's name.</param>
/// <param name="Default">The value where there is none. <see langword="null"/>: no tag.</param>
public sealed record TagSource(string Name, string? Default = null);
