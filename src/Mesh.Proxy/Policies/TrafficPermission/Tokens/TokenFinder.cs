using Mesh.Model.Snapshots;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>Finds the token in a request. Two where one is expected are none that could be trusted: apps differ in which they read.</summary>
internal static class TokenFinder
{
    /// <summary>Looks at one place.</summary>
    /// <param name="place">The place.</param>
    /// <param name="headers">The request's headers.</param>
    /// <param name="query">Its query, with the question mark.</param>
    /// <param name="token">The token; <see langword="null"/>: there is none.</param>
    /// <returns>Whether there is at most one.</returns>
    public static bool TryFind(TokenPlace place, IHeaderDictionary headers, string query, out string? token) => place.Kind switch
    {
        TokenPlaceKind.Header => TryHeader(headers[place.Name], place.Prefix, out token),
        TokenPlaceKind.Cookie => TryCookie(headers.Cookie, place.Name, out token),
        _ => TryQuery(query, place.Name, out token),
    };

    /// <summary>Takes the token out of a request, so that the app is not given it.</summary>
    /// <returns>The query without it.</returns>
    public static string Strip(TokenPlace place, IHeaderDictionary headers, string query)
    {
        switch (place.Kind)
        {
            case TokenPlaceKind.Header:
                headers.Remove(place.Name);
                return query;
            case TokenPlaceKind.Cookie:
                var cookies = string.Join("; ", headers.Cookie.SelectMany(line => (line ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Where(pair => Name(pair) != place.Name));
                headers.Cookie = cookies.Length == 0 ? StringValues.Empty : cookies;
                return query;
            default:
                var rest = string.Join('&', query.TrimStart('?').Split('&').Where(pair => Decoded(Name(pair)) != place.Name));
                return rest.Length == 0 ? "" : $"?{rest}";
        }
    }

    private static bool TryHeader(StringValues values, string prefix, out string? token)
    {
        token = null;
        if (values.Count != 1)
        {
            return values.Count == 0;
        }

        // Schemes are compared without case (RFC 9110, section 11.1).
        var value = values[0].AsSpan().Trim(' ');
        if (value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && value[prefix.Length..].Trim(' ') is { IsEmpty: false } rest)
        {
            token = rest.ToString();
        }

        return true;
    }

    private static bool TryCookie(StringValues lines, string name, out string? token)
    {
        token = null;
        foreach (var line in lines)
        {
            foreach (var part in line.AsSpan().Split(';'))
            {
                var pair = line.AsSpan(part).Trim(' ');
                if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
                {
                    if (token is not null)
                    {
                        return false;
                    }

                    token = pair[(name.Length + 1)..].Trim('"').ToString();
                }
            }
        }

        token = token is "" ? null : token;
        return true;
    }

    private static bool TryQuery(string query, string name, out string? token)
    {
        token = null;
        foreach (var pair in query.TrimStart('?').Split('&'))
        {
            if (pair.Length > 0 && Decoded(Name(pair)) == name)
            {
                if (token is not null)
                {
                    return false;
                }

                token = pair.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? Decoded(pair[(at + 1)..]) : "";
            }
        }

        token = token is "" ? null : token;
        return true;
    }

    private static string Name(string pair) => pair.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? pair[..at] : pair;

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
