using Aspire.Hosting;
using Mesh.Model.Policies.Retry;

namespace Mesh.Hosting;

/// <summary>When the caller's sidecar sends a request again. What is left <see langword="null"/> comes from less specific calls, policies and defaults.</summary>
[AspireDto]
public sealed class MeshRetry
{
    /// <summary>For endpoints that speak http, http2 or https.</summary>
    public MeshHttpRetry Http { get; set; } = new();

    /// <summary>For endpoints that speak grpc.</summary>
    public MeshGrpcRetry Grpc { get; set; } = new();

    /// <summary>For endpoints that speak tcp: connection attempts over different replicas, 1 to 100. Default: 3.</summary>
    public int? MaxConnectAttempts { get; set; }

    /// <summary>What bounds all retries.</summary>
    public MeshRetryBudget Budget { get; set; } = new();

    internal RetryPolicySettings ToSettings() => new()
    {
        Http = Http.ToSettings(),
        Grpc = Grpc.ToSettings(),
        MaxConnectAttempts = MaxConnectAttempts,
        Budget = Budget.ToSettings(),
    };
}
