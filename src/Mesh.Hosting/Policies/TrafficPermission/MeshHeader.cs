using Aspire.Hosting;
using ValueMatch = Mesh.Model.Snapshots.ValueMatch;
using ValueMatchKind = Mesh.Model.Snapshots.ValueMatchKind;

namespace Mesh.Hosting;

/// <summary>A header that a request has to have. Without more than a name: it has to be there.</summary>
[AspireDto]
public sealed class MeshHeader
{
    /// <summary>The header's name, compared without case.</summary>
    public string Name { get; set; } = "";

    /// <summary>The whole value. Default: any.</summary>
    public string? Value { get; set; }

    /// <summary>The beginning of the value, instead of <see cref="Value"/>. Default: any.</summary>
    public string? Prefix { get; set; }

    /// <summary>An expression that matches the whole value, run without backtracking, instead of <see cref="Value"/>. Default: any.</summary>
    public string? Expression { get; set; }

    /// <summary>Whether it must not be there. Default: false.</summary>
    public bool Absent { get; set; }

    internal ValueMatch ToMatch() => this switch
    {
        { Absent: true } => new(Name, ValueMatchKind.Absent, Value ?? Prefix ?? Expression ?? ""),
        { Value: { } value } => new(Name, ValueMatchKind.Exact, value),
        { Prefix: { } prefix } => new(Name, ValueMatchKind.Prefix, prefix),
        { Expression: { } expression } => new(Name, ValueMatchKind.RegularExpression, expression),
        _ => new(Name, ValueMatchKind.Present, ""),
    };
}
