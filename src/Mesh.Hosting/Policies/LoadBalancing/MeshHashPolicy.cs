using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>Something of a request that says which replica it belongs to: a header, a cookie, a query parameter, or where it comes from. Set one of them.</summary>
[AspireDto]
public sealed class MeshHashPolicy
{
    /// <summary>The header of this name.</summary>
    public string? Header { get; set; }

    /// <summary>The cookie of this name; case matters.</summary>
    public string? Cookie { get; set; }

    /// <summary>With <see cref="Cookie"/>: who comes without it is given one that lives so long; zero: until the browser closes. Default: nobody is given one.</summary>
    [Milliseconds]
    public TimeSpan? CookieTtl { get; set; }

    /// <summary>With <see cref="CookieTtl"/>: the path it is for, such as <c>/</c>. Default: the client takes that of its request.</summary>
    public string? CookiePath { get; set; }

    /// <summary>The query parameter of this name; case matters.</summary>
    public string? QueryParameter { get; set; }

    /// <summary>The replica of the caller: each of them goes to one replica. Where nothing else is set this is what is meant.</summary>
    public bool Source { get; set; }

    /// <summary>Where it gives a value, those behind it are not looked at. Default: all that give one count together.</summary>
    public bool Terminal { get; set; }

    // What does not fit together is a violation with the call's file and line, as in YAML.
    internal HashPolicyItem ToItem() => new()
    {
        Type = Source ? HashPolicyKind.Source : Header is not null ? HashPolicyKind.Header : Cookie is not null ? HashPolicyKind.Cookie : QueryParameter is not null ? HashPolicyKind.QueryParameter : HashPolicyKind.Source,
        HeaderName = Header,
        CookieName = Cookie,
        CookieTtl = CookieTtl,
        CookiePath = CookiePath,
        QueryParameterName = QueryParameter,
        Terminal = Terminal ? true : null,
    };
}
