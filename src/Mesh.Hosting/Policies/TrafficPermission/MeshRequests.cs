using Aspire.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Hosting;

/// <summary>Which requests of a caller a permission is about; methods and paths both have to match. On tcp endpoints one with methods or paths never matches.</summary>
[AspireDto]
public sealed class MeshRequests
{
    /// <summary>HTTP methods, upper-case; not empty. Default: every method.</summary>
    public IList<string>? Methods { get; set; }

    /// <summary>Whole paths; not empty. Default: every path, unless prefixes or expressions are given.</summary>
    public IList<string>? Paths { get; set; }

    /// <summary>Beginnings of paths, by whole elements: <c>/reports</c> is not the beginning of <c>/reportsx</c>; not empty. Default: none.</summary>
    public IList<string>? PathPrefixes { get; set; }

    /// <summary>Expressions that match whole paths, run without backtracking; not empty. Default: none.</summary>
    public IList<string>? PathExpressions { get; set; }

    internal CallerMatch Of(CallerRef caller, PolicyScope scope, FieldPath at)
    {
        // An empty list reads like "none" but would mean "any", as in documents.
        foreach (var (field, list) in new[] { ("methods", Methods), ("paths", Paths), ("paths", PathPrefixes), ("paths", PathExpressions) })
        {
            if (list is { Count: 0 })
            {
                scope.Refuse(at / field, "must not be empty; leave it out for every one");
            }
        }

        return new CallerMatch
        {
            Service = caller.Service,
            SpiffeId = caller.SpiffeId,
            Methods = [.. Methods ?? []],
            Paths =
            [
                .. (Paths ?? []).Select(p => new PathMatch(PathMatchKind.Exact, p)),
                .. (PathPrefixes ?? []).Select(p => new PathMatch(PathMatchKind.PathPrefix, p)),
                .. (PathExpressions ?? []).Select(p => new PathMatch(PathMatchKind.RegularExpression, p)),
            ],
        };
    }
}
