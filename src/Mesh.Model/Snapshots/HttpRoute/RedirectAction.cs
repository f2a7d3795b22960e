namespace Mesh.Model.Snapshots;

/// <summary>Answers with a redirect; what is <see langword="null"/> stays as in the request.</summary>
public sealed record RedirectAction : RouteAction
{
    /// <summary>301, 302, 303, 307 or 308. Default: 302 (Gateway API).</summary>
    public int Status { get; init; } = 302;

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string? Scheme { get; init; }

    /// <summary>Host name without port.</summary>
    public string? Host { get; init; }

    /// <summary>TCP port; left out of the URL where it is the scheme's own.</summary>
    public int? Port { get; init; }

    /// <summary>New path.</summary>
    public PathRewrite? Path { get; init; }
}
