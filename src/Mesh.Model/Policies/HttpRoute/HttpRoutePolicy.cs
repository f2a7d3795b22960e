using System.Collections.Immutable;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Where requests to an HTTP port go, and how they are changed on the way (Gateway API's HTTPRoute, attached to a service).</summary>
public sealed record HttpRoutePolicy : OutboundPolicy<HttpRouteItem>, IRoutes
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "HttpRoute";

    /// <inheritdoc />
    public override string Kind => KindName;

    string IRoutes.Protocols => "http, http2, grpc or https";

    bool IRoutes.IsFor(AppProtocol protocol) => protocol.IsHttp();

    ImmutableArray<NamedBackend> IRoutes.Backends(int entry, FieldPath at) => NamedBackend.Of(To[entry], at);
}
