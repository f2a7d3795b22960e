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

    /// <summary>
    /// What is sent again; together with <see cref="RetryOnStatus"/> it replaces what less specific policies say. Empty: never.
    /// Default: ConnectFailure, RefusedStream and Reset.
    /// </summary>
    public IList<MeshHttpRetryCondition>? RetryOn { get; set; }

    /// <summary>Status codes, 400 to 599, on which idempotent requests are sent again. Default: none.</summary>
    public IList<int>? RetryOnStatus { get; set; }

    internal HttpRetrySettings ToSettings() => new()
    {
        NumRetries = NumRetries,
        PerTryTimeout = PerTryTimeout,
        BackOffBase = BackOffBase,
        BackOffMax = BackOffMax,
        RetryOn = RetryOn is null && RetryOnStatus is null ? null : Conditions(),
    };

    private ImmutableArray<RetryCondition> Conditions() =>
    [
        .. (RetryOn ?? []).Select(c => new RetryCondition(c == MeshHttpRetryCondition.ServerError ? "5xx" : c.ToString())),
        .. (RetryOnStatus ?? []).Select(s => new RetryCondition(s.ToString(CultureInfo.InvariantCulture))),
    ];
}
