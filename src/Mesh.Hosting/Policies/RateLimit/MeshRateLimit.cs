using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.RateLimit;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>How much each replica of a service takes in. What is left <see langword="null"/> comes from less specific calls and policies, else there is no limit.</summary>
[AspireDto]
public sealed class MeshRateLimit
{
    /// <summary>How many requests in <see cref="Per"/>, 1 to 1,000,000. Default: any number.</summary>
    public int? Requests { get; set; }

    /// <summary>The interval of <see cref="Requests"/>, at least 50 ms. Default: 1 s.</summary>
    [Milliseconds]
    public TimeSpan? Per { get; set; }

    /// <summary>How many requests may come at once after a rest. Default: as many as <see cref="Requests"/>.</summary>
    public int? Burst { get; set; }

    /// <summary>What differs for some requests, each in a bucket of its own; the first that matches is heard.</summary>
    public IList<MeshRateLimitRoute>? Routes { get; set; }

    /// <summary>For tcp endpoints: how many connections in <see cref="ConnectionsPer"/>, 1 to 1,000,000. Default: any number.</summary>
    public int? Connections { get; set; }

    /// <summary>The interval of <see cref="Connections"/>, at least 50 ms. Default: 1 s.</summary>
    [Milliseconds]
    public TimeSpan? ConnectionsPer { get; set; }

    /// <summary>How many connections may come at once after a rest. Default: as many as <see cref="Connections"/>.</summary>
    public int? ConnectionsBurst { get; set; }

    /// <summary>Takes back what a less specific call or policy limits. Default: false.</summary>
    public bool? Disabled { get; set; }

    /// <summary>Whether answers to what passes say what is left, too. Default: false, only refusals do.</summary>
    public bool? Announce { get; set; }

    /// <summary>The status of refusals. Default: 429.</summary>
    public int? Status { get; set; }

    /// <summary>Headers of refusals. Default: none beside Retry-After, RateLimit and RateLimit-Policy.</summary>
    public IDictionary<string, string>? Headers { get; set; }

    internal RateLimitSettings ToSettings() => new()
    {
        HttpDisabled = Disabled,
        TcpDisabled = Disabled,
        Requests = Rate(Requests, Per, Burst),
        Connections = Rate(Connections, ConnectionsPer, ConnectionsBurst),
        Routes = Routes is null ? null : [.. Routes.Select(r => r.ToRoute())],
        Announce = Announce,
        Status = Status,
        SetHeaders = Headers is null ? null : [.. Headers],
    };

    // An interval or burst without a number is a violation with the call's file and line, as in YAML.
    internal static Rate? Rate(int? num, TimeSpan? per, int? burst) =>
        num is null && per is null && burst is null ? null : new Rate(num ?? 0, per ?? TimeSpan.FromSeconds(1), burst is null ? 0 : burst == 0 ? -1 : burst.Value);
}
