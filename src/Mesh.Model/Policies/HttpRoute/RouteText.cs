using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Routes in one line for people.</summary>
internal static class RouteText
{
    /// <summary>What a rule does, as its policy says it.</summary>
    public static string Of(HttpRouteRule rule)
    {
        var filters = (rule.Filters ?? []).Select(f => f.Type.ToString());
        return string.Join(", ", rule.BackendRefs is { } backends ? filters.Append(Of(backends)) : filters);
    }

    /// <summary>Backends and their weights, as their policy says them.</summary>
    public static string Of(IEnumerable<BackendRef> backends) => string.Join(", ", backends.Select(b =>
        $"{(b.Namespace is null ? "" : $"{b.Namespace}/")}{b.Name}{(b.Port is null ? "" : $"/{b.Port}")} ({b.Weight})"));

    /// <summary>Which requests match.</summary>
    public static string Of(RouteMatch match)
    {
        var parts = new List<string>();
        if (match.Method is not null)
        {
            parts.Add(match.Method);
        }

        if (match.Path is not null)
        {
            parts.Add(Of(match.Path));
        }

        parts.AddRange(match.Headers.Select(h => $"header {Of(h)}"));
        parts.AddRange(match.QueryParameters.Select(q => $"query {Of(q)}"));
        return parts.Count == 0 ? "every request" : string.Join(", ", parts);
    }

    /// <summary>Which paths match: <c>/orders/*</c> for a prefix, <c>~…</c> for an expression.</summary>
    public static string Of(PathMatch path) => path switch
    {
        { Kind: PathMatchKind.Exact } => path.Value,
        { Kind: PathMatchKind.PathPrefix } => $"{path.Value.TrimEnd('/')}/*",
        _ => $"~{path.Value}",
    };

    private static string Of(ValueMatch value) => value.Kind switch
    {
        ValueMatchKind.Exact => $"{value.Name}={value.Value}",
        ValueMatchKind.Prefix => $"{value.Name}={value.Value}*",
        ValueMatchKind.RegularExpression => $"{value.Name}=~{value.Value}",
        ValueMatchKind.Present => $"{value.Name} is there",
        _ => $"{value.Name} is not there",
    };
}
