using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Policies.RateLimit;

/// <summary>The limits of a port, ready to run: the first that is for a request or connection decides alone.</summary>
internal sealed class CompiledLimits
{
    private const string PolicyHeader = "RateLimit-Policy";
    private const string StateHeader = "RateLimit";

    private readonly ImmutableArray<CompiledRequestLimit> _requests;
    private readonly ImmutableArray<(ConnectionLimit Limit, TokenBucket? Bucket, RefusalCount Refusals)> _connections;

    private CompiledLimits(InboundLimits limits, string port, TokenBuckets buckets)
    {
        Limits = limits;
        _requests = [.. limits.Requests.Select(l => new CompiledRequestLimit(l, l.Rate is { } rate ? buckets.Get(port, l.Caller, l.Name, rate) : null, port))];
        _connections = [.. limits.Connections.Select(l => (l, l.Rate is { } rate ? buckets.Get(port, l.Caller, "tcp", rate) : null, new RefusalCount()))];
        HasPaths = _requests.Any(l => l.HasPath);
    }

    /// <summary>What it was made from.</summary>
    public InboundLimits Limits { get; }

    /// <summary>Whether a limit may hang on the path: then a path that apps read differently is refused.</summary>
    public bool HasPaths { get; }

    /// <summary>Makes them.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="port">The port's name.</param>
    /// <param name="previous">Those of the configuration before.</param>
    /// <param name="buckets">Where buckets come from.</param>
    /// <returns><see langword="null"/>: there is no limit.</returns>
    public static CompiledLimits? Create(InboundLimits limits, string port, CompiledLimits? previous, TokenBuckets buckets)
    {
        if (limits.Requests.IsEmpty && limits.Connections.IsEmpty)
        {
            return null;
        }

        // Taken over or not, the buckets have to be among those of this configuration: the next one looks there.
        var made = new CompiledLimits(limits, port, buckets);
        return previous is not null && ReferenceEquals(previous.Limits, limits) ? previous : made;
    }

    /// <summary>Takes a request's token.</summary>
    /// <param name="caller">Who calls; <see langword="null"/>: somebody without an identity.</param>
    /// <param name="context">The request; an answer that says what is left is told so.</param>
    /// <param name="path">Its path, decoded where limits look at paths.</param>
    /// <param name="limit">The limit that refused it.</param>
    /// <returns>Why it is refused; <see langword="null"/>: it is not.</returns>
    public Failure? Take(string? caller, HttpContext context, string path, out CompiledRequestLimit? limit)
    {
        limit = null;
        foreach (var candidate in _requests)
        {
            if (!candidate.IsFor(caller, context.Request, path))
            {
                continue;
            }

            if (candidate.Bucket is not { } bucket)
            {
                return null;
            }

            if (!bucket.TryTake(out var seconds))
            {
                limit = candidate;
                return Refuse(candidate, seconds);
            }

            if (candidate.Limit.Announce)
            {
                Announce(context.Response, candidate, bucket.Left(seconds), seconds);
            }

            return null;
        }

        return null;
    }

    /// <summary>Takes a connection's token.</summary>
    /// <param name="caller">Who calls; <see langword="null"/>: somebody without an identity.</param>
    /// <returns>The limit that refuses it; <see langword="null"/>: none does.</returns>
    public (ConnectionLimit Limit, RefusalCount Refusals)? Take(string? caller)
    {
        foreach (var (limit, bucket, refusals) in _connections)
        {
            if (limit.Caller is null || (caller is not null && limit.Caller.Matches(caller)))
            {
                return bucket is null || bucket.TryTake(out _) ? null : (limit, refusals);
            }
        }

        return null;
    }

    private static Failure Refuse(CompiledRequestLimit limit, double seconds)
    {
        var after = CompiledRequestLimit.WholeSeconds(seconds).ToString(CultureInfo.InvariantCulture);
        var headers = limit.Limit.Headers;
        return new Failure(ProxyError.RateLimited, limit.Policy, $"{limit.Text}; try again in {after} s", limit.Limit.Status)
        {
            Headers = headers with
            {
                Set = [new("Retry-After", after), new(PolicyHeader, limit.PolicyHeader), new(StateHeader, limit.StateHeader(0, seconds)), .. headers.Set],
            },
        };
    }

    private static void Announce(HttpResponse response, CompiledRequestLimit limit, long left, double seconds) => response.OnStarting(
        static state =>
        {
            var (response, limit, left, seconds) = ((HttpResponse, CompiledRequestLimit, long, double))state;
            response.Headers[PolicyHeader] = limit.PolicyHeader;
            response.Headers[StateHeader] = limit.StateHeader(left, seconds);
            return Task.CompletedTask;
        },
        (response, limit, left, seconds));
}
