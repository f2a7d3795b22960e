using Aspire.Hosting;
using Mesh.Model.Policies.CircuitBreaker;

namespace Mesh.Hosting;

/// <summary>What each replica lets through to its app at a time. What is over a limit is answered with 503 at once; what is left <see langword="null"/> comes from less specific calls and policies.</summary>
[AspireDto]
public sealed class MeshInboundCircuitBreaker
{
    /// <summary>Connections to the app, 1 to 1,000,000, for all callers together; for tcp endpoints: connections of these callers. Default: any number.</summary>
    public int? MaxConnections { get; set; }

    /// <summary>Requests that wait for a connection to the app, 1 to 1,000,000; only for all callers together. Default: any number.</summary>
    public int? MaxPendingRequests { get; set; }

    /// <summary>Requests of these callers that were begun and have not ended, 1 to 1,000,000. Default: any number.</summary>
    public int? MaxRequests { get; set; }

    internal InboundBreakerSettings ToSettings() => new() { MaxConnections = MaxConnections, MaxPendingRequests = MaxPendingRequests, MaxRequests = MaxRequests };
}
