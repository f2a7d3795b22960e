using System.Collections.Immutable;
using Mesh.Model.Policies.TcpRoute;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>A service that a route names, and what follows if it cannot be used.</summary>
/// <param name="Backend">The service.</param>
/// <param name="At">Where it is named.</param>
/// <param name="Otherwise">What follows if it cannot be used.</param>
/// <param name="NeedsHttp2">Whether it has to speak gRPC.</param>
internal sealed record NamedBackend(BackendRef Backend, FieldPath At, string Otherwise, bool NeedsHttp2 = false)
{
    /// <summary>All that an entry of a route names.</summary>
    public static ImmutableArray<NamedBackend> Of(HttpRouteItem item, FieldPath at) => [.. item.Rules.SelectMany((rule, r) => Of(rule, (at / "rules")[r] / "default"))];

    /// <inheritdoc cref="Of(HttpRouteItem, FieldPath)"/>
    public static ImmutableArray<NamedBackend> Of(TcpRouteItem item, FieldPath at) =>
        [.. item.BackendRefs.Select((backend, i) => new NamedBackend(backend, TcpRouteItem.BackendsAt(at)[i], "its share is answered with a closed connection"))];

    private static IEnumerable<NamedBackend> Of(HttpRouteRule rule, FieldPath at)
    {
        var backends = (rule.BackendRefs ?? []).Select((backend, i) => new NamedBackend(backend, (at / "backendRefs")[i], "its share is answered with 500"));
        return backends.Concat((rule.Filters ?? []).SelectMany((filter, i) => Of(filter, (at / "filters")[i])));
    }

    private static IEnumerable<NamedBackend> Of(RouteFilter filter, FieldPath at)
    {
        if (filter.Mirror is { } mirror)
        {
            yield return new(mirror.Backend, at / "requestMirror" / "backendRef", "nothing is copied to it");
        }

        if (filter.Authorization is { } asked)
        {
            var otherwise = asked.FailOpen ? "every request passes without being asked about" : "every request is refused with 503";
            yield return new(asked.Backend, at / "externalAuth" / "backendRef", otherwise, asked.Protocol == Snapshots.AuthorizationProtocol.Grpc);
        }
    }
}
