using Aspire.Hosting;
using Mesh.Model.Policies.HealthCheck;

namespace Mesh.Hosting;

/// <summary>A check that is a call of <c>grpc.health.v1.Health/Check</c>.</summary>
[AspireDto]
public sealed class MeshGrpcCheck
{
    /// <summary>Leaves it out, so that an HTTP check takes its place. Default: false.</summary>
    public bool? Disabled { get; set; }

    /// <summary>The service that is asked about. Default: the server as a whole.</summary>
    public string? ServiceName { get; set; }

    /// <summary>The <c>:authority</c> of the call. Default: the service's name.</summary>
    public string? Authority { get; set; }

    internal GrpcCheckSettings ToSettings() => new() { Disabled = Disabled, ServiceName = ServiceName, Authority = Authority };
}
