using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>When and how often a request is sent again, always to another replica where there is one, always under the cluster's budget.</summary>
public sealed record RetrySettings
{
    /// <summary>
    /// Without a policy: whatever the method when the request was provably not processed; for idempotent methods also when the connection broke before the
    /// response began. Twice at most.
    /// </summary>
    public static RetrySettings Default { get; } = new() { On = RetryOn.ConnectFailure | RetryOn.RefusedStream | RetryOn.Reset };

    /// <summary>Retries after the first attempt; 0 switches off. Default: 2.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Limit for one attempt until its response begins. <see langword="null"/>: none.</summary>
    public TimeSpan? PerTryTimeout { get; init; }

    /// <summary>First pause; doubled each time, with full jitter. Default: 25 ms, Envoy's and Kuma's.</summary>
    public TimeSpan BackOffBase { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Longest pause. Default: 250 ms, ten times the base as in Envoy and Kuma.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The conditions.</summary>
    public RetryOn On { get; init; }

    /// <summary>Status codes that count as a condition too; idempotent methods only.</summary>
    public ImmutableArray<int> Statuses { get; init; } = [];

    /// <summary>Methods that may be retried although they might have been processed. Default: RFC 9110's idempotent ones.</summary>
    public ImmutableArray<string> IdempotentMethods { get; init; } = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

    /// <summary>Waits as long as a response asks for; <see langword="null"/>: it is not asked.</summary>
    public RateLimitedBackOff? RateLimited { get; init; }

    /// <summary>Only requests that match one of them are sent again; none: every request.</summary>
    public ImmutableArray<ValueMatch> RequestHeaders { get; init; } = [];

    /// <summary>A response that matches one of them is a condition too; idempotent methods only.</summary>
    public ImmutableArray<ValueMatch> ResponseHeaders { get; init; } = [];

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;
}
