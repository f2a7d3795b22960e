using System.Collections.Immutable;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.GrpcRoute;

/// <summary>Where gRPC calls to a port go, and how they are changed on the way (Gateway API's GRPCRoute, attached to a service). Where one is for a port, HttpRoutes for it are not heard.</summary>
public sealed record GrpcRoutePolicy : OutboundPolicy<GrpcRouteItem>, IRoutes
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "GrpcRoute";

    /// <inheritdoc />
    public override string Kind => KindName;

    string IRoutes.Protocols => "grpc or http2";

    bool IRoutes.IsFor(AppProtocol protocol) => protocol.IsHttp2();

    ImmutableArray<NamedBackend> IRoutes.Backends(int entry, FieldPath at) => NamedBackend.Of(To[entry].ToHttp(), at);
}
