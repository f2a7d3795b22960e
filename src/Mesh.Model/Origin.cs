namespace Mesh.Model;

/// <summary>Who said so: every compiled rule keeps it, so that a denial, a retry or a limit can name its cause.</summary>
/// <param name="Kind">The document's kind, such as <c>TrafficPermission</c>, or <c>Edge</c> for a declared edge, or <c>Default</c>.</param>
/// <param name="Name">The policy's <c>namespace/name</c>; for an edge <c>caller → callee</c>.</param>
/// <param name="Location"><c>file:line</c> relative to the configuration directory or AppHost, or <see langword="null"/>.</param>
/// <param name="Rule">Path of the rule inside the document, such as <c>to[0].rules[1]</c>, or <see langword="null"/>.</param>
public sealed record Origin(string Kind, string Name, string? Location = null, string? Rule = null)
{
    /// <summary>A default of Mesh that no policy changed.</summary>
    public static Origin Default { get; } = new("Default", "mesh");

    /// <summary>One line for people: kind, name, rule and place.</summary>
    public override string ToString()
    {
        var rule = Rule is null ? "" : $" {Rule}";
        var location = Location is null ? "" : $" ({Location})";
        return $"{Kind} {Name}{rule}{location}";
    }
}
