using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Downstreams;

/// <summary>What permissions see of a request beyond its method and path, as it was when it came: headers that rules name, and the token.</summary>
/// <param name="names">The headers that were looked at.</param>
/// <param name="values">Their values.</param>
/// <param name="tokens">The token, once for each provider that takes it; empty: it carries none. <see langword="null"/>: nobody looked.</param>
internal sealed class RequestEvidence(string[] names, StringValues[] values, VerifiedToken[]? tokens)
{
    /// <summary>The token, once for each provider that takes it; empty: it carries none. <see langword="null"/>: nobody looked.</summary>
    public VerifiedToken[]? Tokens => tokens;

    /// <summary>Notes what rules ask for.</summary>
    public static RequestEvidence Of(IHeaderDictionary headers, string[] names, VerifiedToken[]? tokens)
    {
        var values = names.Length == 0 ? [] : new StringValues[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            values[i] = headers[names[i]];
        }

        return new(names, values, tokens);
    }

    /// <summary>The values of a header.</summary>
    /// <returns>Whether it was looked at.</returns>
    public bool TryGet(string name, out StringValues found)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                found = values[i];
                return true;
            }
        }

        found = default;
        return false;
    }
}
