using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.LoadBalancing;

/// <summary>Something of a request that is hashed. Where several give a value, all of them count together.</summary>
public sealed record HashPolicyItem
{
    private const string Cookie = "cookie";

    /// <summary>What it is.</summary>
    public HashPolicyKind Type { get; init; }

    /// <summary>For <see cref="HashPolicyKind.Header"/>: the header's name.</summary>
    public string? HeaderName { get; init; }

    /// <summary>For <see cref="HashPolicyKind.QueryParameter"/>: the parameter's name; case matters.</summary>
    public string? QueryParameterName { get; init; }

    /// <summary>For <see cref="HashPolicyKind.Cookie"/>: the cookie's name; case matters.</summary>
    public string? CookieName { get; init; }

    /// <summary>The sidecar gives a client without the cookie one that lives so long; zero: until the browser closes. Default: it gives none.</summary>
    public TimeSpan? CookieTtl { get; init; }

    /// <summary>With <see cref="CookieTtl"/>: the path the cookie is for. Default: the client takes that of its request.</summary>
    public string? CookiePath { get; init; }

    /// <summary>Where it gives a value, those behind it are not looked at. Default: false.</summary>
    public bool? Terminal { get; init; }

    /// <summary>As sidecars know it.</summary>
    internal HashPolicy ToHashPolicy() => new(Type, HeaderName ?? CookieName ?? QueryParameterName ?? "") { Ttl = CookieTtl, Path = CookiePath, Terminal = Terminal ?? false };

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in Named("header", HashPolicyKind.Header, HeaderName, at).Concat(Named("queryParameter", HashPolicyKind.QueryParameter, QueryParameterName, at))
            .Concat(Named(Cookie, HashPolicyKind.Cookie, CookieName, at)))
        {
            yield return violation;
        }

        if (Type == HashPolicyKind.Header && HeaderName is { } header)
        {
            foreach (var violation in MatchRules.HeaderName(header, at / "header" / "name"))
            {
                yield return violation;
            }
        }

        // RFC 6265 gives cookies names of the same characters as headers.
        if (Type == HashPolicyKind.Cookie && CookieName is { } cookie && MatchRules.HeaderName(cookie, at).Any())
        {
            yield return new(at / Cookie / "name", $"must be a cookie's name (letters, digits and !#$%&'*+-.^_`|~) but is {Wording.Quote(cookie)}");
        }

        foreach (var violation in CookieMembers(at / Cookie))
        {
            yield return violation;
        }
    }

    private IEnumerable<Violation> Named(string field, HashPolicyKind kind, string? name, FieldPath at)
    {
        if (Type == kind && string.IsNullOrEmpty(name))
        {
            yield return new(at / field / "name", $"is missing; name the {(kind == HashPolicyKind.QueryParameter ? "parameter" : field)}");
        }
        else if (Type != kind && (name is not null || (kind == HashPolicyKind.Cookie && (CookieTtl is not null || CookiePath is not null))))
        {
            yield return new(at / field, $"means nothing with type {Type}; leave it out, or use type {kind}");
        }
    }

    private IEnumerable<Violation> CookieMembers(FieldPath at)
    {
        if (CookiePath is { } path && (path.Length == 0 || path[0] != '/' || path.Any(c => c is ';' or <= ' ' or > '~')))
        {
            yield return new(at / "path", $"must begin with / and hold no spaces and no ; but is {Wording.Quote(path)}");
        }

        if (CookiePath is not null && CookieTtl is null)
        {
            yield return new(at / "path", "is for a cookie that the sidecar gives, which it does with a ttl; add ttl, or leave path out");
        }
    }
}
