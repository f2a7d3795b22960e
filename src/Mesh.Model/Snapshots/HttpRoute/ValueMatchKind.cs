namespace Mesh.Model.Snapshots;

/// <summary>How a header's or query parameter's value is compared.</summary>
public enum ValueMatchKind
{
    /// <summary>The whole value.</summary>
    Exact,

    /// <summary>The beginning of the value.</summary>
    Prefix,

    /// <summary>An expression that matches the whole value, run without backtracking.</summary>
    RegularExpression,

    /// <summary>The name is there, whatever its value.</summary>
    Present,

    /// <summary>The name is not there.</summary>
    Absent,
}
