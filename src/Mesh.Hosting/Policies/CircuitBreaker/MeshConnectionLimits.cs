using Aspire.Hosting;
using Mesh.Model.Policies.CircuitBreaker;

namespace Mesh.Hosting;

/// <summary>What one sidecar may have open towards an endpoint at a time. What is over a limit is answered with 503 at once.</summary>
[AspireDto]
public sealed class MeshConnectionLimits
{
    /// <summary>Connections to all replicas, kept ones included, 1 to 1,000,000; a replica without any may always have one. Default: any number.</summary>
    public int? MaxConnections { get; set; }

    /// <summary>Requests that wait for a connection, 1 to 1,000,000. Default: any number.</summary>
    public int? MaxPendingRequests { get; set; }

    /// <summary>Requests that were begun and have not ended, 1 to 1,000,000. Default: any number.</summary>
    public int? MaxRequests { get; set; }

    /// <summary>Retries that were begun and have not ended, 0 to 1,000,000; 0: none. Default: any number that the retry budget allows.</summary>
    public int? MaxRetries { get; set; }

    internal ConnectionLimitSettings ToSettings() => new()
    {
        MaxConnections = MaxConnections,
        MaxPendingRequests = MaxPendingRequests,
        MaxRequests = MaxRequests,
        MaxRetries = MaxRetries,
    };
}
