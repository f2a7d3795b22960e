using System.Collections.Immutable;
using Envoy.Extensions.Filters.Http.Cors.V3;
using Envoy.Extensions.Filters.Http.ExtAuthz.V3;
using Envoy.Extensions.Filters.Http.Fault.V3;
using Envoy.Extensions.Filters.Http.StatefulSession.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using RouteMessage = Envoy.Config.Route.V3.Route;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>
/// The filters that the routes of one listener need, in the order in which our sidecar does the same: faults, CORS, authorization, sessions. There is one filter for each
/// service that is asked, switched off but for the routes that ask it, because routes cannot name the service themselves.
/// </summary>
internal sealed class EnvoyRouteFilters
{
    private const int ServiceUnavailable = 503;

    private readonly ImmutableArray<ExtAuthz> _asked;
    private readonly IReadOnlySet<string> _clusters;

    public EnvoyRouteFilters(RouteTable? table, IReadOnlySet<string> clusters, bool hasFaults)
    {
        _clusters = clusters;
        var rules = table?.Rules ?? [];
        _asked = [.. rules.Select(rule => rule.Authorization).OfType<RouteAuthorization>().Where(asked => clusters.Contains(asked.Cluster)).Select(AuthorizationCodec.Encode).Distinct()];
        Filters =
        [
            .. hasFaults ? [FilterChainCodec.Http(FaultCodec.FilterName, new HTTPFault())] : Array.Empty<HttpFilter>(),
            .. rules.Any(rule => rule.Cors is not null) ? [FilterChainCodec.Http(CorsCodec.FilterName, new Cors())] : Array.Empty<HttpFilter>(),
            .. _asked.Select(Filter),
            .. rules.Any(rule => rule.Action is ForwardAction { Session: not null }) ? [FilterChainCodec.Http(SessionCodec.FilterName, new StatefulSession())] : Array.Empty<HttpFilter>(),
        ];
    }

    /// <summary>The filters, ahead of the router.</summary>
    public ImmutableArray<HttpFilter> Filters { get; }

    /// <summary>Switches on for a route what its rule asks for.</summary>
    public void Apply(RouteRule rule, RouteMessage route)
    {
        if (rule.Authorization is not { } asked)
        {
            return;
        }

        if (_clusters.Contains(asked.Cluster))
        {
            route.TypedPerFilterConfig[Name(_asked.IndexOf(AuthorizationCodec.Encode(asked)))] = Any.Pack(new ExtAuthzPerRoute { CheckSettings = new() });
        }
        else if (!asked.FailOpen)
        {
            // Envoy refuses a listener that names a cluster which is not there.
            route.DirectResponse = new() { Status = ServiceUnavailable };
        }
    }

    private static HttpFilter Filter(ExtAuthz asked, int index)
    {
        var filter = FilterChainCodec.Http(Name(index), asked);
        filter.Disabled = true;
        return filter;
    }

    private static string Name(int index) => $"{AuthorizationCodec.FilterName}/{index}";
}
