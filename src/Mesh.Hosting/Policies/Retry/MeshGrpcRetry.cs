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

    /// <summary>What is sent again; it replaces what less specific policies say. Empty: never. Default: ConnectFailure, RefusedStream and Reset.</summary>
    public IList<MeshGrpcRetryCondition>? RetryOn { get; set; }

    internal GrpcRetrySettings ToSettings() => new()
    {
        NumRetries = NumRetries,
        PerTryTimeout = PerTryTimeout,
        BackOffBase = BackOffBase,
        BackOffMax = BackOffMax,
        RetryOn = RetryOn is null ? null : [.. RetryOn.Select(c => new RetryCondition(c.ToString()))],
    };
}
