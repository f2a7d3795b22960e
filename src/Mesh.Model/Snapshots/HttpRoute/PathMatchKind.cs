namespace Mesh.Model.Snapshots;

/// <summary>How a path is compared (Gateway API).</summary>
public enum PathMatchKind
{
    /// <summary>The whole path, case-sensitive.</summary>
    Exact,

    /// <summary>Whole elements: /v2 matches /v2 and /v2/x, not /v2example; a trailing slash of the value is ignored.</summary>
    PathPrefix,

    /// <summary>An expression that matches the whole path, run without backtracking.</summary>
    RegularExpression,
}
