using Mesh.Model.Simulation;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Linting;

/// <summary>Whether one match takes everything that another takes. Where that cannot be told, it does not.</summary>
internal static class Coverage
{
    /// <summary>Whether a rule is about every caller and request that another is about.</summary>
    /// <param name="wide">The rule that may cover.</param>
    /// <param name="narrow">The rule that may be covered.</param>
    /// <param name="isDenial">Whether the wide one refuses: denials take more than is written.</param>
    public static bool Of(PermissionRule wide, PermissionRule narrow, bool isDenial) => Callers(wide, narrow)
        && (wide.Token is null || wide.Token == narrow.Token)
        && (wide.Requests.IsEmpty || (!narrow.Requests.IsEmpty && narrow.Requests.All(n => wide.Requests.Any(w => Of(w, n, isDenial)))));

    /// <summary>Whether a route's match takes every request of another.</summary>
    public static bool Of(RouteMatch wide, RouteMatch narrow) =>
        (wide.Path is null || (wide.Path is { Kind: PathMatchKind.PathPrefix } all && all.Value.TrimEnd('/').Length == 0) || (narrow.Path is not null && Of(wide.Path, narrow.Path, isDenial: false)))
        && (wide.Method is null || wide.Method == narrow.Method)
        && wide.Headers.All(h => narrow.Headers.Any(n => Of(h, n, StringComparison.OrdinalIgnoreCase)))
        && wide.QueryParameters.All(q => narrow.QueryParameters.Any(n => Of(q, n, StringComparison.Ordinal)))
        && Rest(wide) == Rest(narrow);

    /// <summary>Whether a rule is about every caller of another.</summary>
    public static bool Callers(PermissionRule wide, PermissionRule narrow) =>
        (wide.Principals.IsEmpty && (wide.Anyone || !narrow.Anyone)) || (!narrow.Principals.IsEmpty && narrow.Principals.All(n => wide.Principals.Any(w => n.IsPrefix ? w.IsPrefix && w.Matches(n.Value.TrimEnd('/')) : w.Matches(n.Value))));

    // What a later version of the match knows besides has to be the same.
    private static RouteMatch Rest(RouteMatch match) => match with { Path = null, Method = null, Headers = [], QueryParameters = [] };

    private static bool Of(RequestMatch wide, RequestMatch narrow, bool isDenial) =>
        (wide.Method is null || wide.Method == narrow.Method)
        && (wide.Path is null || (narrow.Path is not null && Of(wide.Path, narrow.Path, isDenial)))
        && wide.Headers.All(narrow.Headers.Contains)
        && (wide with { Method = null, Path = null, Headers = [] }) == (narrow with { Method = null, Path = null, Headers = [] });

    private static bool Of(PathMatch wide, PathMatch narrow, bool isDenial) =>
        wide == narrow
        || (narrow.Kind == PathMatchKind.Exact && Takes(wide, narrow.Value, isDenial))
        || (narrow.Kind == PathMatchKind.PathPrefix && wide.Kind == PathMatchKind.PathPrefix && Takes(wide, narrow.Value.TrimEnd('/'), isDenial));

    private static bool Takes(PathMatch match, string path, bool isDenial) => isDenial ? RequestMatching.MatchesBroadly(match, path) : RequestMatching.Matches(match, path);

    private static bool Of(ValueMatch wide, ValueMatch narrow, StringComparison names) => wide.Name.Equals(narrow.Name, names) && wide.Kind switch
    {
        ValueMatchKind.Present => narrow.Kind != ValueMatchKind.Absent,
        ValueMatchKind.Prefix => narrow.Kind is ValueMatchKind.Exact or ValueMatchKind.Prefix && narrow.Value.StartsWith(wide.Value, StringComparison.Ordinal),
        _ => wide.Kind == narrow.Kind && wide.Value == narrow.Value,
    };
}
