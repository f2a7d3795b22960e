using System.Collections.Immutable;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TcpRoute;

/// <summary>Where connections to a tcp port go.</summary>
public sealed record TcpRoutePolicy : OutboundPolicy<TcpRouteItem>, IRoutes
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "TcpRoute";

    /// <inheritdoc />
    public override string Kind => KindName;

    string IRoutes.Protocols => "tcp";

    bool IRoutes.IsFor(AppProtocol protocol) => !protocol.IsHttp();

    ImmutableArray<NamedBackend> IRoutes.Backends(int entry, FieldPath at) => NamedBackend.Of(To[entry], at);
}
