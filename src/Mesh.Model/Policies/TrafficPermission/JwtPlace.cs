using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Where requests carry a token: one of a header, a cookie and a query parameter.</summary>
public sealed record JwtPlace
{
    private const string Authorization = "Authorization";

    /// <summary>The header's name.</summary>
    public string? Header { get; init; }

    /// <summary>What stands before the token in the header. Default: <c>Bearer </c> in Authorization, nothing elsewhere.</summary>
    public string? Prefix { get; init; }

    /// <summary>The cookie's name.</summary>
    public string? Cookie { get; init; }

    /// <summary>The query parameter's name. Queries end up in logs of apps and of proxies on the way.</summary>
    public string? Query { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        var named = new[] { Header, Cookie, Query }.Count(name => name is not null);
        if (named != 1)
        {
            yield return new(at, named == 0 ? "names no place; add header, cookie or query" : "names several places; write an item for each");
        }

        foreach (var violation in Header is null ? [] : MatchRules.HeaderName(Header, at / "header"))
        {
            yield return violation;
        }

        if (Prefix is not null && Header is null)
        {
            yield return new(at / "prefix", "is for headers only; leave it out");
        }

        if (Prefix is { } prefix && prefix.Any(c => c is < ' ' or > '~'))
        {
            yield return new(at / "prefix", $"must be printable ASCII but is {Wording.Quote(prefix)}");
        }

        if (Cookie is { } cookie)
        {
            foreach (var violation in MatchRules.HeaderName(cookie, at / "cookie")) // RFC 6265: a cookie's name is a token too
            {
                yield return violation;
            }
        }

        if (Query is { } query && (query.Length == 0 || query.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))))
        {
            yield return new(at / "query", $"must be a name of letters, digits, '-', '_' and '.' but is {Wording.Quote(query)}");
        }
    }

    internal TokenPlace Compile() => this switch
    {
        { Header: { } header } => new(TokenPlaceKind.Header, header, Prefix ?? (header.Equals(Authorization, StringComparison.OrdinalIgnoreCase) ? "Bearer " : "")),
        { Cookie: { } cookie } => new(TokenPlaceKind.Cookie, cookie),
        _ => new(TokenPlaceKind.Query, Query ?? ""),
    };
}
