using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.Retry;

namespace Mesh.Hosting;

/// <summary>Retries of gRPC calls, always to another replica where there is one, always under the budget.</summary>
[AspireDto]
public sealed class MeshGrpcRetry
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

    /// <summary>What is sent again; it replaces what less specific policies say. Empty: never. Default: ConnectFailure, RefusedStream and Reset.</summary>
    public IList<MeshGrpcRetryCondition>? RetryOn { get; set; }

    internal GrpcRetrySettings ToSettings() => new()
    {
        NumRetries = NumRetries,
        PerTryTimeout = PerTryTimeout,
        BackOffBase = BackOffBase,
        BackOffMax = BackOffMax,
        ResetHeaders = ResetHeaders is null ? null : [.. ResetHeaders.Select(header => header.ToHeader())],
        RateLimitedMaxInterval = RateLimitedMaxInterval,
        RetryOn = RetryOn is null ? null : [.. RetryOn.Select(c => new RetryCondition(c.ToString()))],
    };
}
