using Envoy.Config.Core.V3;
using Grpc.Core;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Discovery;

/// <summary>Admits a discovery stream: a live SVID, of a service, and of the very service that the node says it is.</summary>
internal sealed partial class SidecarAuthorizer(PeerVerifier peers, ForeignProfiles profiles, IReplicaSource replicas, ILogger<SidecarAuthorizer> logger) : IStreamAuthorizer
{
    /// <inheritdoc />
    public StreamAdmission Authorize(Node node, ServerCallContext context)
    {
        var peer = peers.Verify(context.GetHttpContext());
        if (!peer.IsValid)
        {
            return Refuse(node, $"the peer certificate is refused because {peer.Reason}");
        }

        if (!NodeId.TryParse(node.Id, out var id))
        {
            return Refuse(node, $"node.id '{node.Id}' is not <SPIFFE id>#<replica>");
        }

        if (id.Identity != peer.Id)
        {
            return Refuse(node, $"node.id names {id.Identity} but the peer is {peer.Id}");
        }

        if (!peer.Id.TryGetService(out var service))
        {
            return Refuse(node, $"{peer.Id} is not the identity of a service");
        }

        // What the client says it is decides on the form of what it is sent; whose it is, its certificate alone.
        var kind = ClientKinds.Of(node);
        if (kind == ClientKind.Mesh && VersionSkew.IsTooFar(VersionSkew.This, node.UserAgentVersion))
        {
            Log.VersionTooFar(logger, id, node.UserAgentVersion, VersionSkew.This);
        }

        return StreamAdmission.Admit(profiles.Use(service, kind), kind, () => replicas.ZoneOf(service, id.Replica));
    }

    private StreamAdmission Refuse(Node node, string reason)
    {
        Log.StreamRefused(logger, node.Id, reason);
        return StreamAdmission.Refuse(reason);
    }

    private static partial class Log
    {
        [LoggerMessage(2402, LogLevel.Warning, "Sidecar {Node} is of version {Version} and this control plane of {Own}: they are made to work one minor version apart at most. What it does not understand it refuses, and keeps what it has.", EventName = nameof(VersionTooFar))]
        public static partial void VersionTooFar(ILogger logger, NodeId node, string version, string own);

        [LoggerMessage(2401, LogLevel.Warning, "A discovery stream of {Node} was refused: {Reason}.", EventName = nameof(StreamRefused))]
        public static partial void StreamRefused(ILogger logger, string node, string reason);
    }
}
