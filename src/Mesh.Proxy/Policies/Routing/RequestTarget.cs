using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>Path and query of a request, exactly as the caller wrote them.</summary>
/// <param name="Path">The path, with its leading slash.</param>
/// <param name="Query">The query with its question mark, or empty.</param>
internal readonly record struct RequestTarget(string Path, string Query)
{
    /// <summary>Both, as they go out.</summary>
    public override string ToString() => Query.Length == 0 ? Path : Path + Query;

    /// <summary>Takes a target apart: origin form, or absolute form without its authority.</summary>
    /// <returns>Whether it is one of these; CONNECT's authority and OPTIONS' asterisk are not.</returns>
    public static bool TryParse(string raw, out RequestTarget target)
    {
        target = default;
        var start = 0;
        if (raw.Length == 0 || raw[0] != '/')
        {
            var authority = raw.IndexOf("://", StringComparison.Ordinal);
            if (authority < 0)
            {
                return false;
            }

            start = raw.AsSpan(authority + 3).IndexOfAny('/', '?');
            if (start < 0)
            {
                target = new("/", "");
                return true;
            }

            start += authority + 3;
        }

        var fragment = raw.IndexOf('#', start);
        var end = fragment < 0 ? raw.Length : fragment;
        var question = raw.IndexOf('?', start, end - start);
        var path = question < 0 ? Cut(raw, start, end) : raw[start..question];
        target = new(path.Length == 0 ? "/" : path, question < 0 ? "" : raw[question..end]);
        return true;
    }

    /// <summary>With a rewrite carried out.</summary>
    /// <param name="rewrite">The rewrite; <see langword="null"/>: none.</param>
    /// <param name="matchedPrefix">The prefix by which the rule matched, without a trailing slash.</param>
    public RequestTarget With(PathRewrite? rewrite, string matchedPrefix)
    {
        if (rewrite is null)
        {
            return this;
        }

        if (!rewrite.IsPrefix)
        {
            return this with { Path = rewrite.Value };
        }

        var rest = Path.AsSpan(Math.Min(matchedPrefix.Length, Path.Length)).TrimStart('/');
        var prefix = rewrite.Value.TrimEnd('/');
        return this with { Path = rest.IsEmpty && Path.Length <= matchedPrefix.Length ? (prefix.Length == 0 ? "/" : prefix) : $"{prefix}/{rest}" };
    }

    private static string Cut(string raw, int start, int end) => start == 0 && end == raw.Length ? raw : raw[start..end];
}
