using System.Globalization;
using Mesh.Model.Policies;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Routing;

namespace Mesh.Proxy.Policies.RateLimit;

/// <summary>A limit of requests, ready to run.</summary>
internal sealed class CompiledRequestLimit(RequestLimit limit, TokenBucket? bucket, string port)
{
    private readonly CompiledMatch _match = new(limit.Match);
    private readonly bool _isForAll = limit.Match == RouteMatch.Any;

    /// <summary>The limit.</summary>
    public RequestLimit Limit => limit;

    /// <summary>Its bucket; <see langword="null"/>: any number passes.</summary>
    public TokenBucket? Bucket => bucket;

    /// <summary>Counts what it refuses, for the log.</summary>
    public RefusalCount Refusals { get; } = new();

    /// <summary>What said so, for errors.</summary>
    public string Policy { get; } = limit.Origin.ToString();

    /// <summary>Whether it looks at paths.</summary>
    public bool HasPath => _match.HasPath;

    /// <summary>What the limit is: <c>RateLimit-Policy</c> of draft-ietf-httpapi-ratelimit-headers-10.</summary>
    public string PolicyHeader { get; } = bucket is null ? "" : string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";q={bucket.Rate.Num};w={Math.Max(1, (int)Math.Ceiling(bucket.Rate.Interval.TotalSeconds))}");

    /// <summary>For people.</summary>
    public string Text { get; } = bucket is null ? "" : $"{port} takes {bucket.Rate.Num} such requests in {Duration.Format(bucket.Rate.Interval)} ({limit.Name})";

    /// <summary>Whether it is for a request.</summary>
    public bool IsFor(string? caller, HttpRequest request, string path) =>
        (limit.Caller is null || (caller is not null && limit.Caller.Matches(caller))) && (_isForAll || _match.Matches(request, path));

    /// <summary>What is left: <c>RateLimit</c> of the same draft.</summary>
    /// <param name="left">How many.</param>
    /// <param name="seconds">Until when.</param>
    public string StateHeader(long left, double seconds) => string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";r={left};t={WholeSeconds(seconds)}");

    /// <summary>Whole seconds, at least one: a caller that comes back then is not too early.</summary>
    public static long WholeSeconds(double seconds) => Math.Max(1, (long)Math.Ceiling(seconds));
}
