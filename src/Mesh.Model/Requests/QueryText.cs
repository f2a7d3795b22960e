namespace Mesh.Model.Requests;

/// <summary>Query parameters, as HTML forms write them.</summary>
public static class QueryText
{
    /// <summary>The first value of a parameter, decoded; empty where the name stands alone; <see langword="null"/>: there is none.</summary>
    /// <param name="query">The query with its question mark, or empty.</param>
    /// <param name="name">The parameter's name; case matters (Gateway API).</param>
    public static string? First(ReadOnlySpan<char> query, string name) => TryFind(query, name, out var value) ? Decoded(value) : null;

    /// <summary>The first value of a parameter, as it was written; empty where the name stands alone.</summary>
    /// <returns>Whether there is one.</returns>
    public static bool TryFind(ReadOnlySpan<char> query, string name, out ReadOnlySpan<char> value)
    {
        query = query.TrimStart('?');
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            if (!pair.IsEmpty && IsName(equals < 0 ? pair : pair[..equals], name))
            {
                value = equals < 0 ? [] : pair[(equals + 1)..];
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Whether something written stands for other characters.</summary>
    public static bool IsEncoded(ReadOnlySpan<char> written) => written.ContainsAny('%', '+');

    /// <summary>What something written stands for.</summary>
    public static string Decoded(ReadOnlySpan<char> written) => IsEncoded(written) ? Uri.UnescapeDataString(written.ToString().Replace('+', ' ')) : written.ToString();

    private static bool IsName(ReadOnlySpan<char> written, string name) => IsEncoded(written) ? Decoded(written) == name : written.SequenceEqual(name);
}
