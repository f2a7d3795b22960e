using Envoy.Config.Core.V3;
using Envoy.Config.Route.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Codecs;

/// <summary>Route tables. They match no host: a listener stands for one upstream port, whatever the caller calls it.</summary>
internal static class RouteTableCodec
{
    private const string OriginName = "route";
    private const string EveryHost = "*";

    public static XdsResource Encode(RouteTable table) => XdsResource.From(TypeUrls.RouteTable, table.Name, EncodeMessage(table));

    /// <summary>The message; its one virtual host has a route for each rule, in their order.</summary>
    public static RouteConfiguration EncodeMessage(RouteTable table)
    {
        var host = new VirtualHost { Name = table.Name, Domains = { EveryHost } };
        host.Routes.AddRange(table.Rules.Select(Encode));
        return new() { Name = table.Name, VirtualHosts = { host } };
    }

    public static RouteTable Decode(RouteConfiguration table) => new()
    {
        Name = table.Name,
        Rules = table.VirtualHosts is [{ Domains: [EveryHost] } host]
            ? [.. host.Routes.Select(Decode)]
            : throw new ResourceRefusedException("virtual_hosts: not exactly one for every domain"),
    };

    /// <summary>The clusters that a table may send requests to.</summary>
    public static IEnumerable<string> Clusters(RouteTable table) => table.Rules.SelectMany(Clusters);

    private static IEnumerable<string> Clusters(RouteRule rule)
    {
        IEnumerable<string> forward = rule.Action is ForwardAction action ? [.. action.Backends.Select(backend => backend.Cluster), .. action.Mirrors.Select(mirror => mirror.Cluster)] : [];
        return rule.Authorization is { } asked ? forward.Append(asked.Cluster) : forward;
    }

    private static Route Encode(RouteRule rule)
    {
        var metadata = new Metadata().WithOrigin(OriginName, rule.Origin);
        var route = new Route { Name = rule.Name, Match = RouteMatchCodec.Encode(rule.Match), Metadata = metadata };
        HeaderCodec.Encode(rule.RequestHeaders, route.RequestHeadersToAdd, route.RequestHeadersToRemove);
        HeaderCodec.Encode(rule.ResponseHeaders, route.ResponseHeadersToAdd, route.ResponseHeadersToRemove);
        RouteActionCodec.Encode(rule.Action, route);
        var settings = new RouteSettings { AnyPath = rule.Match.Path is null };
        if (route.Route_ is { } forward)
        {
            TimeoutCodec.Encode(rule.Timeouts, forward, metadata);
            forward.RetryPolicy = RetryCodec.Encode(rule.Retry, metadata);
            settings.GrpcRequest = rule.Timeouts.GrpcRequest is { } grpc ? Duration.FromTimeSpan(grpc) : null;
            settings.IdempotentMethods.AddRange(rule.Retry.IdempotentMethods);
        }

        RouteFilterCodec.Encode(rule, route, settings);
        metadata.WithSettings(settings);
        return route;
    }

    private static RouteRule Decode(Route route, int index)
    {
        var where = $"routes[{index}] '{route.Name}'";
        var settings = route.Metadata.Settings<RouteSettings>(where);
        var rule = new RouteRule
        {
            Name = route.Name,
            Match = RouteMatchCodec.Decode(route.Match, settings.AnyPath, where),
            Action = RouteActionCodec.Decode(route, where),
            RequestHeaders = HeaderCodec.Decode(route.RequestHeadersToAdd, route.RequestHeadersToRemove, where),
            ResponseHeaders = HeaderCodec.Decode(route.ResponseHeadersToAdd, route.ResponseHeadersToRemove, where),
            Origin = route.Metadata.Origin(OriginName),
        };
        rule = RouteFilterCodec.Decode(rule, route, settings, where);
        return route.Route_ is not { } forward
            ? rule
            : rule with
            {
                Timeouts = TimeoutCodec.Decode(forward, route.Metadata) with { GrpcRequest = settings.GrpcRequest?.ToTimeSpan() },
                Retry = RetryCodec.Decode(forward.RetryPolicy, settings.IdempotentMethods, route.Metadata, where),
            };
    }
}
