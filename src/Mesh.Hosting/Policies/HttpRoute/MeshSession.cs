using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>How a client's requests stay at one replica as long as it is there.</summary>
[AspireDto]
public sealed class MeshSession
{
    /// <summary>The cookie's name. Default: <c>mesh-session</c>.</summary>
    public string? Cookie { get; set; }

    /// <summary>A header instead of a cookie, by this name; the client has to send it back by itself.</summary>
    public string? Header { get; set; }

    /// <summary>Whether the cookie outlives the browser, for <see cref="AbsoluteTimeout"/>, which is required then. Default: no.</summary>
    public bool IsPermanent { get; set; }

    /// <summary>For how long a session lasts from its beginning. Default: for ever.</summary>
    [Milliseconds]
    public TimeSpan? AbsoluteTimeout { get; set; }

    /// <summary>For how long a session lasts without a request. Default: for ever.</summary>
    [Milliseconds]
    public TimeSpan? IdleTimeout { get; set; }

    internal RuleSession ToSession() => new()
    {
        Kind = Header is null ? SessionKind.Cookie : SessionKind.Header,
        Name = Header ?? Cookie,
        IsPermanent = IsPermanent,
        AbsoluteTimeout = AbsoluteTimeout,
        IdleTimeout = IdleTimeout,
    };
}
