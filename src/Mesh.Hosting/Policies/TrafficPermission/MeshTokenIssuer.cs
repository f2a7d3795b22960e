using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.TrafficPermission;

namespace Mesh.Hosting;

/// <summary>Somebody whose JSON Web Tokens permissions may ask for. Its public keys are at a URL, in a file beside each sidecar, or given here.</summary>
[AspireDto]
public sealed class MeshTokenIssuer
{
    /// <summary>A name for it, a DNS label.</summary>
    public string Name { get; set; } = "";

    /// <summary>What tokens have as <c>iss</c>, letter by letter.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>Of these tokens have to have one as <c>aud</c>. Default: any, which takes tokens that were made for somebody else.</summary>
    public IList<string>? Audiences { get; set; }

    /// <summary>Where sidecars fetch the keys (a JSON Web Key Set): https, or http on loopback.</summary>
    public string? KeysUrl { get; set; }

    /// <summary>An absolute path beside each sidecar, instead of <see cref="KeysUrl"/>.</summary>
    public string? KeysFile { get; set; }

    /// <summary>The keys themselves as JSON, instead of <see cref="KeysUrl"/>.</summary>
    public string? Keys { get; set; }

    /// <summary>How long fetched keys are good without being fetched again, at least 10 s. Default: 10 min.</summary>
    [Milliseconds]
    public TimeSpan? CacheDuration { get; set; }

    /// <summary>How much longer they are used while they cannot be fetched; then requests with tokens are refused. Default: 1 h.</summary>
    [Milliseconds]
    public TimeSpan? StaleLimit { get; set; }

    /// <summary>Where requests carry the token: the name of a header. Default: <c>Authorization</c>, behind <c>Bearer</c>, unless a cookie or query parameter is named.</summary>
    public string? Header { get; set; }

    /// <summary>What stands before the token in <see cref="Header"/>. Default: nothing; in Authorization <c>Bearer</c> and a space.</summary>
    public string? HeaderPrefix { get; set; }

    /// <summary>The name of a cookie that may carry the token. Default: none.</summary>
    public string? Cookie { get; set; }

    /// <summary>The name of a query parameter that may carry the token. Default: none.</summary>
    public string? Query { get; set; }

    /// <summary>By how much clocks may differ, at most 10 min. Default: 1 min.</summary>
    [Milliseconds]
    public TimeSpan? ClockSkew { get; set; }

    /// <summary>Whether the app is given the token too. Default: true.</summary>
    public bool? Forward { get; set; }

    internal JwtProvider ToProvider() => new()
    {
        Name = Name,
        Issuer = Issuer,
        Audiences = [.. Audiences ?? []],
        Keys = new JwtKeys { Url = KeysUrl, File = KeysFile, Inline = Keys, CacheDuration = CacheDuration, StaleLimit = StaleLimit },
        From = [.. Places()],
        ClockSkew = ClockSkew,
        Forward = Forward,
    };

    private IEnumerable<JwtPlace> Places() => new JwtPlace?[]
    {
        Header is null && HeaderPrefix is null ? null : new JwtPlace { Header = Header, Prefix = HeaderPrefix },
        Cookie is null ? null : new JwtPlace { Cookie = Cookie },
        Query is null ? null : new JwtPlace { Query = Query },
    }.OfType<JwtPlace>();
}
