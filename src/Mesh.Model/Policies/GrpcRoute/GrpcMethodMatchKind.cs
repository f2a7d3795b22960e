namespace Mesh.Model.Policies.GrpcRoute;

/// <summary>How service and method of a call are compared (Gateway API).</summary>
public enum GrpcMethodMatchKind
{
    /// <summary>The whole names, case-sensitive.</summary>
    Exact,

    /// <summary>Expressions that match the whole names, run without backtracking.</summary>
    RegularExpression,
}
