namespace Mesh.Model.Snapshots;

/// <summary>Requests that bear the mark which an earlier response gave go to the same replica as long as it is there (Gateway API's session persistence).</summary>
public sealed record RouteSession
{
    /// <summary>The cookie's name where none is said.</summary>
    public const string DefaultCookie = "mesh-session";

    /// <summary>The header's name where none is said.</summary>
    public const string DefaultHeader = "x-session";

    /// <summary>What carries the mark.</summary>
    public SessionKind Kind { get; init; }

    /// <summary>The name of the cookie or header.</summary>
    public required string Name { get; init; }

    /// <summary>For cookies: whether it outlives the browser, for <see cref="AbsoluteTimeout"/>. Default: false.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>For how long a session lasts from its beginning. <see langword="null"/>: for ever.</summary>
    public TimeSpan? AbsoluteTimeout { get; init; }

    /// <summary>For how long a session lasts without a request. <see langword="null"/>: for ever.</summary>
    public TimeSpan? IdleTimeout { get; init; }
}
