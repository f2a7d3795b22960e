using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.RateLimit;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>Another limit for some requests; all that is set of path, method and header has to match.</summary>
[AspireDto]
public sealed class MeshRateLimitRoute
{
    /// <summary>For headers, metrics and logs, a DNS label. Default: its place.</summary>
    public string? Name { get; set; }

    /// <summary>Requests of this path.</summary>
    public string? Path { get; set; }

    /// <summary>Requests of this path and those below it.</summary>
    public string? PathPrefix { get; set; }

    /// <summary>Requests of this method, such as <c>POST</c>.</summary>
    public string? Method { get; set; }

    /// <summary>Requests with this header.</summary>
    public string? Header { get; set; }

    /// <summary>With <see cref="Header"/>: with this value. Default: any value.</summary>
    public string? HeaderValue { get; set; }

    /// <summary>How many of them in <see cref="Per"/>, 1 to 1,000,000.</summary>
    public int? Requests { get; set; }

    /// <summary>The interval, at least 50 ms. Default: 1 s.</summary>
    [Milliseconds]
    public TimeSpan? Per { get; set; }

    /// <summary>How many of them may come at once after a rest. Default: as many as <see cref="Requests"/>.</summary>
    public int? Burst { get; set; }

    /// <summary>Any number of them. Default: false.</summary>
    public bool Disabled { get; set; }

    internal RateLimitRoute ToRoute() => new()
    {
        Name = Name,
        Matches =
        [
            new RouteMatch
            {
                Path = Path is not null ? new PathMatch(PathMatchKind.Exact, Path) : PathPrefix is not null ? new PathMatch(PathMatchKind.PathPrefix, PathPrefix) : null,
                Method = Method,
                Headers = Header is null ? [] : [HeaderValue is null ? new(Header, ValueMatchKind.Present, "") : new(Header, ValueMatchKind.Exact, HeaderValue)],
            },
        ],
        Requests = MeshRateLimit.Rate(Requests, Per, Burst),
        Disabled = Disabled ? true : null,
    };
}
