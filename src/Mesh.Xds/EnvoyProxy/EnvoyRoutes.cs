using System.Collections.Immutable;
using Envoy.Config.Route.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>
/// Route tables for Envoy. Retries: Envoy repeats a request that may have been processed whatever its method, so that the methods that may be repeated are said here; what
/// provably was not processed is then repeated for those alone too.
/// </summary>
internal static class EnvoyRoutes
{
    private const RetryOn NotProcessed = RetryOn.ConnectFailure | RetryOn.RefusedStream;
    private const RetryOn OfGrpc =
        RetryOn.GrpcCancelled | RetryOn.GrpcDeadlineExceeded | RetryOn.GrpcInternal | RetryOn.GrpcResourceExhausted | RetryOn.GrpcUnavailable;

    public static XdsResource Encode(RouteTable table, ImmutableArray<FaultRule> faults, EnvoyRouteFilters filters)
    {
        var hits = FaultedRoutes.Of(table, faults);
        var message = RouteTableCodec.EncodeMessage(table with { Rules = [.. hits.Select(hit => hit.Rule)] });
        foreach (var (route, (rule, effects)) in message.VirtualHosts[0].Routes.Zip(hits))
        {
            if (effects is not null && FaultCodec.EncodeStandard(effects, brokenOff: null) is { } fault)
            {
                route.TypedPerFilterConfig[FaultCodec.FilterName] = Any.Pack(fault);
            }

            filters.Apply(rule, route);
            route.Metadata.TypedFilterMetadata.Clear();
            if (route.Route_ is { } forward)
            {
                Restrict(forward, rule.Retry);
            }
        }

        return XdsResource.From(TypeUrls.RouteTable, table.Name, message);
    }

    private static void Restrict(Envoy.Config.Route.V3.RouteAction action, RetrySettings retry)
    {
        if (retry.Attempts == 0)
        {
            action.RetryPolicy = null;
            return;
        }

        if ((retry.On & ~(NotProcessed | OfGrpc)) == RetryOn.None && retry.Statuses.IsEmpty)
        {
            return;
        }

        action.RetryPolicy.RetriableRequestHeaders.AddRange(
            retry.IdempotentMethods.Select(method => new HeaderMatcher { Name = ":method", StringMatch = TextMatchCodec.Exact(method) }));
        if ((retry.On & OfGrpc) != RetryOn.None)
        {
            action.RetryPolicy.RetriableRequestHeaders.Add(new HeaderMatcher { Name = "content-type", StringMatch = TextMatchCodec.Prefix("application/grpc") });
        }
    }
}
