using Mesh.Model.Snapshots;

namespace Mesh.Model.Compilation;

/// <summary>One way to write each path match.</summary>
internal static class CanonicalPath
{
    /// <summary>The trailing slash of a prefix has no meaning (Gateway API); without it /a and /a/ are the same match.</summary>
    public static PathMatch? Of(PathMatch? path) => path is { Kind: PathMatchKind.PathPrefix } && path.Value.Length > 1 && path.Value.EndsWith('/')
        ? path with { Value = path.Value.TrimEnd('/') }
        : path;
}
