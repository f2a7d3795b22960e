using System.Globalization;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>What a route rule does, in one line for people.</summary>
internal static class ActionText
{
    public static string Of(RouteRule rule)
    {
        var parts = new List<string> { Of(rule.Action) };
        parts.AddRange(Of("request", rule.RequestHeaders));
        parts.AddRange(Of("response", rule.ResponseHeaders));
        if (rule.Authorization is { } asked)
        {
            parts.Add($"{asked.Cluster} is asked first{(asked.FailOpen ? ", and its silence lets pass" : "")}");
        }

        if (rule.Cors is { } cors)
        {
            parts.Add($"pages of {string.Join(", ", cors.AllowOrigins)} may read it");
        }

        return string.Join("; ", parts);
    }

    private static string Of(RouteAction action) => action switch
    {
        ForwardAction forward => string.Join("; ",
        [
            forward.Backends is [var only] ? $"to {only.Cluster}" : $"to {string.Join(", ", forward.Backends.Select(b => $"{b.Cluster} ({b.Weight})"))}",
            .. forward.RewriteHost is { } host ? [$"host becomes {host}"] : Array.Empty<string>(),
            .. forward.Mirrors.Select(m => string.Create(CultureInfo.InvariantCulture, $"copies of {m.Percent:0.####} % to {m.Cluster}")),
            .. forward.Session is { } session ? [$"stays at one replica by {(session.Kind == SessionKind.Cookie ? "cookie" : "header")} {session.Name}"] : Array.Empty<string>(),
            .. forward.RewritePath is { } path ? [path.IsPrefix ? $"the prefix becomes {path.Value}" : $"the path becomes {path.Value}"] : Array.Empty<string>(),
        ]),
        RedirectAction redirect => $"redirect {redirect.Status} to {redirect.Scheme ?? "the same scheme"}, {redirect.Host ?? "the same host"}, {redirect.Path?.Value ?? "the same path"}",
        DirectResponseAction direct => $"answer {direct.Status}: {direct.Reason}",
        _ => action.ToString() ?? "",
    };

    private static IEnumerable<string> Of(string what, HeaderModification change)
    {
        if (!change.IsEmpty)
        {
            var changes = change.Remove.Select(n => $"-{n}").Concat(change.Set.Select(h => $"{h.Key}={h.Value}")).Concat(change.Add.Select(h => $"+{h.Key}={h.Value}"));
            yield return $"{what} headers {string.Join(", ", changes)}";
        }
    }
}
