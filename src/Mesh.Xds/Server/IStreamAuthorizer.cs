using Envoy.Config.Core.V3;
using Grpc.Core;

namespace Mesh.Xds.Server;

/// <summary>
/// Decides on a discovery stream by its first request. The implementation holds the peer's certificate: a sidecar's SPIFFE id has to be that of
/// <see cref="Wire.NodeId"/> in <c>node.id</c>, and the profile is that id's.
/// </summary>
public interface IStreamAuthorizer
{
    /// <summary>Decides.</summary>
    /// <param name="node">What the peer says it is.</param>
    /// <param name="context">What the connection proves.</param>
    StreamAdmission Authorize(Node node, ServerCallContext context);
}
