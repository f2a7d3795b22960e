using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Snapshots;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>Hash policies, ready to run.</summary>
internal sealed class RequestHash(ImmutableArray<HashPolicy> policies)
{
    /// <summary>Where a request belongs. Allocates nothing but a new cookie, and where a header comes several times.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="query">Its query with the question mark, as the caller wrote it, or empty.</param>
    /// <param name="source">The hash of where it comes from.</param>
    /// <param name="draw">Random numbers below a bound, for new cookies.</param>
    public Affinity Of(IHeaderDictionary headers, string query, ulong source, Func<int, int> draw)
    {
        ulong? hash = null;
        string? setCookie = null;
        foreach (var policy in policies)
        {
            var found = policy.Kind switch
            {
                HashPolicyKind.Header => OfHeader(headers[policy.Name]),
                HashPolicyKind.Cookie => OfCookie(policy, headers.Cookie, draw, ref setCookie),
                HashPolicyKind.QueryParameter => OfParameter(query, policy.Name),
                _ => source,
            };
            if (found is { } value)
            {
                hash = hash is { } before ? KeyHash.Join(before, value) : value;
                if (policy.Terminal)
                {
                    break;
                }
            }
        }

        return new Affinity(hash, setCookie);
    }

    private static ulong? OfHeader(StringValues values)
    {
        if (values.Count <= 1)
        {
            return values.Count == 0 ? null : KeyHash.Of(values[0]);
        }

        // In whatever order they come, as in Envoy.
        ulong hash = 0;
        foreach (var value in values.Order(StringComparer.Ordinal))
        {
            hash = KeyHash.Of(value, unchecked((long)hash));
        }

        return hash;
    }

    private static ulong? OfCookie(HashPolicy policy, StringValues cookies, Func<int, int> draw, ref string? setCookie)
    {
        foreach (var line in cookies)
        {
            if (TryFind(line, policy.Name, ';', out var value))
            {
                return KeyHash.Of(value);
            }
        }

        if (policy.Ttl is not { } ttl)
        {
            return null;
        }

        var made = string.Create(CultureInfo.InvariantCulture, $"{draw(int.MaxValue):x8}{draw(int.MaxValue):x8}");
        var age = ttl > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={Math.Ceiling(ttl.TotalSeconds)}") : "";
        setCookie = $"{policy.Name}={made}{age}{(policy.Path is { } path ? "; Path=" + path : "")}; HttpOnly";
        return KeyHash.Of(made);
    }

    private static ulong? OfParameter(string query, string name) => TryFind(query.AsSpan().TrimStart('?'), name, '&', out var value) ? KeyHash.Of(value) : null;

    /// <summary>The value of the first name=value of that name; "" of a name alone.</summary>
    internal static bool TryFind(ReadOnlySpan<char> text, string name, char separator, out ReadOnlySpan<char> value)
    {
        foreach (var range in text.Split(separator))
        {
            var pair = text[range].Trim();
            var equals = pair.IndexOf('=');
            if ((equals < 0 ? pair : pair[..equals]).SequenceEqual(name))
            {
                value = equals < 0 ? [] : pair[(equals + 1)..].Trim('"');
                return true;
            }
        }

        value = default;
        return false;
    }
}
