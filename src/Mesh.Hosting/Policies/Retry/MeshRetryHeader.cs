using Aspire.Hosting;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>A header that decides on a retry. With none of the others set it has to be there.</summary>
[AspireDto]
public sealed class MeshRetryHeader
{
    /// <summary>Its name; case does not matter.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its whole value.</summary>
    public string? Value { get; set; }

    /// <summary>What its value begins with.</summary>
    public string? Prefix { get; set; }

    /// <summary>A regular expression of its whole value.</summary>
    public string? Expression { get; set; }

    /// <summary>It must not be there. Default: false.</summary>
    public bool IsAbsent { get; set; }

    internal ValueMatch ToMatch() => IsAbsent ? new(Name, ValueMatchKind.Absent, "")
        : Value is not null ? new(Name, ValueMatchKind.Exact, Value)
        : Prefix is not null ? new(Name, ValueMatchKind.Prefix, Prefix)
        : Expression is not null ? new(Name, ValueMatchKind.RegularExpression, Expression)
        : new(Name, ValueMatchKind.Present, "");
}
