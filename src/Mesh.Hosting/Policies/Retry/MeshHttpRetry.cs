using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.Retry;

namespace Mesh.Hosting;

/// <summary>Retries of HTTP requests, always to another replica where there is one, always under the budget.</summary>
[AspireDto]
public sealed class MeshHttpRetry
{
    /// <summary>Retries after the first attempt, 0 to 100; 0 switches them off. Default: 2.</summary>
    public int? NumRetries { get; set; }

    /// <summary>Limit for one attempt until its response begins. Zero: none. Default: none.</summary>
    [Milliseconds]
    public TimeSpan? PerTryTimeout { get; set; }

    /// <summary>First pause; doubled each time, with full jitter. Default: 25 ms, Envoy's and Kuma's.</summary>
    [Milliseconds]
    public TimeSpan? BackOffBase { get; set; }

    /// <summary>Longest pause. Default: ten times the base, as in Envoy and Kuma.</summary>
    [Milliseconds]
    public TimeSpan? BackOffMax { get; set; }

    /// <summary>Response headers that say how long to wait instead; they replace what less specific policies say. Default: none is asked.</summary>
    public IList<MeshResetHeader>? ResetHeaders { get; set; }

    /// <summary>A header that asks for longer is not heard. Default: 300 s (Envoy, Kuma).</summary>
    [Milliseconds]
    public TimeSpan? RateLimitedMaxInterval { get; set; }

    /// <summary>
    /// What is sent again; together with <see cref="RetryOnStatus"/> it replaces what less specific policies say. Empty: never.
    /// Default: ConnectFailure, RefusedStream and Reset.
    /// </summary>
    public IList<MeshHttpRetryCondition>? RetryOn { get; set; }

    /// <summary>Status codes, 400 to 599, on which idempotent requests are sent again. Default: none.</summary>
    public IList<int>? RetryOnStatus { get; set; }

    /// <summary>Methods that may be sent again although they might have been processed; they replace what less specific policies say. Default: GET, HEAD, OPTIONS, TRACE, PUT and DELETE.</summary>
    public IList<string>? Methods { get; set; }

    /// <summary>Only requests with one of these headers are sent again; they replace what less specific policies say. Default: every request.</summary>
    public IList<MeshRetryHeader>? RetriableRequestHeaders { get; set; }

    /// <summary>Responses with one of these headers are a condition too; they replace what less specific policies say. Default: none.</summary>
    public IList<MeshRetryHeader>? RetriableResponseHeaders { get; set; }

    internal HttpRetrySettings ToSettings() => new()
    {
        Methods = Methods is null ? null : [.. Methods],
        RetriableRequestHeaders = RetriableRequestHeaders is null ? null : [.. RetriableRequestHeaders.Select(header => header.ToMatch())],
        RetriableResponseHeaders = RetriableResponseHeaders is null ? null : [.. RetriableResponseHeaders.Select(header => header.ToMatch())],
        NumRetries = NumRetries,
        PerTryTimeout = PerTryTimeout,
        BackOffBase = BackOffBase,
        BackOffMax = BackOffMax,
        ResetHeaders = ResetHeaders is null ? null : [.. ResetHeaders.Select(header => header.ToHeader())],
        RateLimitedMaxInterval = RateLimitedMaxInterval,
        RetryOn = RetryOn is null && RetryOnStatus is null ? null : Conditions(),
    };

    private ImmutableArray<RetryCondition> Conditions() =>
    [
        .. (RetryOn ?? []).Select(c => new RetryCondition(c == MeshHttpRetryCondition.ServerError ? "5xx" : c.ToString())),
        .. (RetryOnStatus ?? []).Select(s => new RetryCondition(s.ToString(CultureInfo.InvariantCulture))),
    ];
}
