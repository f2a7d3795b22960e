namespace Mesh.Model.Requests;

/// <summary>Query parameters, as HTML forms write them.</summary>
public static class QueryText
{
    /// <summary>The first value of a parameter, decoded; empty where the name stands alone; <see langword="null"/>: there is none.</summary>
    /// <param name="query">The query with its question mark, or empty.</param>
    /// <param name="name">The parameter's name; case matters (Gateway API).</param>
    public static string? First(ReadOnlySpan<char> query, string name)
    {
        query = query.TrimStart('?');
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            if (!pair.IsEmpty && IsName(equals < 0 ? pair : pair[..equals], name))
            {
                return equals < 0 ? "" : Decoded(pair[(equals + 1)..]);
            }
        }

        return null;
    }

    private static bool IsName(ReadOnlySpan<char> written, string name) => written.ContainsAny('%', '+') ? Decoded(written) == name : written.SequenceEqual(name);

    private static string Decoded(ReadOnlySpan<char> text) => text.ContainsAny('%', '+') ? Uri.UnescapeDataString(text.ToString().Replace('+', ' ')) : text.ToString();
}
