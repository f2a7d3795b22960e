using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>How a service is asked whether requests may pass.</summary>
[AspireDto]
public sealed class MeshExternalAuth
{
    /// <summary>Over gRPC (Envoy's <c>envoy.service.auth.v3.Authorization/Check</c>) instead of HTTP.</summary>
    public bool Grpc { get; set; }

    /// <summary>Over HTTP: what stands in front of the request's path. Default: nothing.</summary>
    public string? Path { get; set; }

    /// <summary>Headers of the request that the service sees. Default: over HTTP <c>Host</c> and <c>Authorization</c>, which it always sees; over gRPC all.</summary>
    public IReadOnlyList<string> RequestHeaders { get; set; } = [];

    /// <summary>Over HTTP: headers of its answer that the backend gets. Default: all that do not belong to the answer itself.</summary>
    public IReadOnlyList<string> ResponseHeaders { get; set; } = [];

    /// <summary>Bytes of the body that it sees, at most 65,536; requests with a longer one are refused with 413. Default: none of the body, however long.</summary>
    public int MaxBody { get; set; }

    /// <summary>How long it has. Default: 1 s.</summary>
    [Milliseconds]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Whether requests pass when it gives no answer. Default: no.</summary>
    public bool FailOpen { get; set; }

    internal RouteFilter ToFilter(BackendRef service) => new()
    {
        Type = RouteFilterType.ExternalAuth,
        Authorization = new()
        {
            Protocol = Grpc ? AuthorizationProtocol.Grpc : AuthorizationProtocol.Http,
            Backend = service,
            Path = Path,
            GrpcHeaders = Grpc ? [.. RequestHeaders] : [],
            HttpHeaders = Grpc ? [] : [.. RequestHeaders],
            HttpResponseHeaders = [.. ResponseHeaders],
            MaxBody = MaxBody,
            Timeout = Timeout,
            FailOpen = FailOpen,
        },
    };
}
