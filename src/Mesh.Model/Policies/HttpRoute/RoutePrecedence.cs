using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>
/// Which of two matches is tried first (Gateway API): exact path, expression, longest prefix; then method, number of headers, number of query parameters.
/// Gateway API leaves the place of expressions open; they stand before prefixes here, as they are written to take special cases out of those.
/// </summary>
internal sealed class RoutePrecedence : IComparer<RouteMatch>, IComparer<RouteCandidate>
{
    public static RoutePrecedence Instance { get; } = new();

    /// <summary>Rules of one table: gRPC calls by the length of service, then of method, then by the number of headers (Gateway API, GRPCRouteRule).</summary>
    public int Compare(RouteCandidate? x, RouteCandidate? y)
    {
        if (x!.Call is not { } one || y!.Call is not { } other)
        {
            return Compare(x.Match, y!.Match);
        }

        var order = (other.Service?.Length ?? 0).CompareTo(one.Service?.Length ?? 0);
        order = order != 0 ? order : (other.Method?.Length ?? 0).CompareTo(one.Method?.Length ?? 0);
        return order != 0 ? order : other.Headers.Length.CompareTo(one.Headers.Length);
    }

    public int Compare(RouteMatch? x, RouteMatch? y)
    {
        var order = PathClass(y!).CompareTo(PathClass(x!));
        order = order != 0 ? order : PathLength(y!).CompareTo(PathLength(x!));
        order = order != 0 ? order : (y!.Method is not null).CompareTo(x!.Method is not null);
        order = order != 0 ? order : y!.Headers.Length.CompareTo(x!.Headers.Length);
        return order != 0 ? order : y!.QueryParameters.Length.CompareTo(x!.QueryParameters.Length);
    }

    private static int PathClass(RouteMatch match) => match.Path?.Kind switch
    {
        PathMatchKind.Exact => 2,
        PathMatchKind.RegularExpression => 1,
        _ => 0,
    };

    // No path is the prefix "/", and the trailing slash of a prefix is ignored. Among exact paths at most one matches.
    private static int PathLength(RouteMatch match) => match.Path switch
    {
        null or { Kind: PathMatchKind.Exact } => 0,
        { Kind: PathMatchKind.PathPrefix } prefix => prefix.Value.TrimEnd('/').Length,
        { } expression => expression.Value.Length,
    };
}
