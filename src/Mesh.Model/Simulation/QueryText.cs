namespace Mesh.Model.Simulation;

/// <summary>Query parameters, as HTML forms write them.</summary>
internal static class QueryText
{
    /// <summary>The first value of a parameter, or <see langword="null"/>.</summary>
    /// <param name="query">The query with its question mark, or empty.</param>
    /// <param name="name">The parameter's name; case matters.</param>
    public static string? First(string query, string name)
    {
        foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (Decoded(equals < 0 ? pair : pair[..equals]) == name)
            {
                return equals < 0 ? "" : Decoded(pair[(equals + 1)..]);
            }
        }

        return null;
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
