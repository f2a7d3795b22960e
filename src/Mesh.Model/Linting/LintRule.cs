namespace Mesh.Model.Linting;

/// <summary>Something that documents can get wrong although each is valid; docs/diagnostics.md says cause and cure of every rule.</summary>
/// <param name="Id">Its id, <c>MESH101</c> and on.</param>
/// <param name="Name">Its name, as the heading in docs/diagnostics.md has it.</param>
/// <param name="Level">How sure it is.</param>
public sealed record LintRule(string Id, string Name, LintLevel Level = LintLevel.Warning)
{
    /// <summary>Where it is explained, relative to docs.</summary>
    public string Anchor => $"diagnostics.md#{Id.ToLowerInvariant()}-{Name.Replace(' ', '-')}";

    /// <inheritdoc />
    public override string ToString() => $"{Id} {Name}";
}
