using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Common.Ratelimit.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Type.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using ConnectionLimitMessage = Mesh.Snapshot.V1.ConnectionLimit;
using ConnectionLimitRecord = Mesh.Model.Snapshots.ConnectionLimit;
using HttpLimit = Envoy.Extensions.Filters.Http.LocalRatelimit.V3.LocalRateLimit;
using NetworkLimit = Envoy.Extensions.Filters.Network.LocalRatelimit.V3.LocalRateLimit;
using RouteActionMessage = Envoy.Config.Route.V3.RouteAction;

namespace Mesh.Xds.Codecs;

/// <summary>
/// Limits of doors: of requests the standard filter, replaced for each route to the app; of connections the standard filter for everybody, and settings of our own where
/// callers differ. A route that is for one caller matches the header in which doors say who calls.
/// </summary>
internal static class RateLimitCodec
{
    private const string HttpName = "envoy.filters.http.local_ratelimit";
    private const string NetworkName = "envoy.filters.network.local_ratelimit";
    private const string OriginName = "rateLimit";
    private const string StatPrefix = "rate_limit";

    /// <summary>The filter that the routes' own limits need; it limits nothing itself.</summary>
    public static IEnumerable<HttpFilter> Filters(InboundLimits limits) =>
        limits.Requests.IsEmpty ? [] : [FilterChainCodec.Http(HttpName, new HttpLimit { StatPrefix = StatPrefix })];

    /// <summary>The routes of a door whose requests are limited, in their order; what none of them matches is not.</summary>
    public static IEnumerable<Route> Routes(InboundLimits limits, RouteActionMessage action) => limits.Requests.Select(limit => Encode(limit, action));

    /// <summary>What such routes say.</summary>
    public static ImmutableArray<RequestLimit> Decode(IEnumerable<Route> routes, string where) => [.. routes.Select((route, i) => Decode(route, $"{where}.routes[{i}]"))];

    /// <summary>The filter for everybody's connections.</summary>
    public static IEnumerable<Filter> NetworkFilters(InboundLimits limits, FilterChain chain, DoorSettings settings)
    {
        settings.ConnectionLimits.AddRange(limits.Connections.Where(limit => limit.Caller is not null).Select(Encode));
        if (limits.Connections.FirstOrDefault(limit => limit.Caller is null) is { Rate: { } rate } everybody)
        {
            chain.Metadata.WithOrigin(OriginName, everybody.Origin);
            yield return FilterChainCodec.Network(NetworkName, new NetworkLimit { StatPrefix = StatPrefix, TokenBucket = Encode(rate) });
        }
    }

    /// <summary>What a chain for connections says.</summary>
    public static ImmutableArray<ConnectionLimitRecord> Decode(FilterChain chain, DoorSettings settings, string where)
    {
        var some = settings.ConnectionLimits.Select((limit, i) => Decode(limit, $"{where}.metadata.connection_limits[{i}]"));
        var everybody = chain.Filters.Where(filter => filter.TypedConfig?.Holds<NetworkLimit>() == true).Select(filter => new ConnectionLimitRecord
        {
            Rate = Decode(ValueCodec.Unpack<NetworkLimit>(filter.TypedConfig, where).TokenBucket, where),
            Origin = chain.Metadata.Origin(OriginName),
        });
        return [.. some, .. everybody];
    }

    private static Route Encode(RequestLimit limit, RouteActionMessage action)
    {
        var route = new Route { Name = $"{limit.Caller?.Value ?? "*"} {limit.Name}", Match = RouteMatchCodec.Encode(limit.Match), Route_ = action.Clone() };
        route.Metadata = new Metadata().WithOrigin(OriginName, limit.Origin).WithSettings(new RequestLimitSettings
        {
            Name = limit.Name,
            Caller = limit.Caller?.Value ?? "",
            IsPrefix = limit.Caller?.IsPrefix ?? false,
        });
        if (limit.Caller is { } caller)
        {
            route.Match.Headers.Add(CallerHeaderCodec.Encode(caller));
        }

        route.TypedPerFilterConfig[HttpName] = MessageName.Pack(Filter(limit));
        return route;
    }

    private static HttpLimit Filter(RequestLimit limit)
    {
        var filter = new HttpLimit
        {
            StatPrefix = StatPrefix,
            Status = limit.Status == RequestLimit.TooManyRequests ? null : new HttpStatus { Code = (StatusCode)limit.Status },
            TokenBucket = limit.Rate is { } rate ? Encode(rate) : null,
            FilterEnabled = Always(),
            FilterEnforced = Always(),
            EnableXRatelimitHeaders = limit.Announce ? XRateLimitHeadersRFCVersion.DraftVersion03 : XRateLimitHeadersRFCVersion.Off,
            RateLimitedAsResourceExhausted = true,
        };
        HeaderCodec.Encode(limit.Headers, filter.ResponseHeadersToAdd, []);
        return filter;
    }

    private static RequestLimit Decode(Route route, string where)
    {
        var settings = route.Metadata.Settings<RequestLimitSettings>(where);
        var filter = ValueCodec.Unpack<HttpLimit>(route.TypedPerFilterConfig.GetValueOrDefault(HttpName), $"{where}.typed_per_filter_config");
        var match = route.Match ?? throw new ResourceRefusedException($"{where}.match: missing");
        if (settings.Caller.Length > 0)
        {
            match = match.Clone();
            if (match.Headers is not [.., { Name: CallerHeaderCodec.Header }])
            {
                throw new ResourceRefusedException($"{where}.match.headers: the last one does not say whose requests these are");
            }

            match.Headers.RemoveAt(match.Headers.Count - 1);
        }

        return new RequestLimit
        {
            Name = settings.Name,
            Caller = settings.Caller.Length == 0 ? null : new PrincipalMatch(settings.Caller, settings.IsPrefix),
            Match = RouteMatchCodec.Decode(match, anyPath: true, where),
            Rate = filter.TokenBucket is { } bucket ? Decode(bucket, where) : null,
            Status = filter.Status is { } status ? (int)status.Code : RequestLimit.TooManyRequests,
            Headers = HeaderCodec.Decode(filter.ResponseHeadersToAdd, [], where),
            Announce = filter.EnableXRatelimitHeaders != XRateLimitHeadersRFCVersion.Off,
            Origin = route.Metadata.Origin(OriginName),
        };
    }

    private static ConnectionLimitMessage Encode(ConnectionLimitRecord limit, int index) => new()
    {
        Caller = limit.Caller!.Value,
        IsPrefix = limit.Caller.IsPrefix,
        Rate = limit.Rate is { } rate ? Encode(rate) : null,
        Origin = PolicyNameCodec.Encode(index, limit.Origin),
    };

    private static ConnectionLimitRecord Decode(ConnectionLimitMessage message, string where) => new()
    {
        Caller = new PrincipalMatch(message.Caller, message.IsPrefix),
        Rate = message.Rate is { } rate ? Decode(rate, where) : null,
        Origin = PolicyNameCodec.Decode(message.Origin, where).Origin,
    };

    private static TokenBucket Encode(Rate rate) => new() { MaxTokens = (uint)rate.Size, TokensPerFill = (uint)rate.Num, FillInterval = Duration.FromTimeSpan(rate.Interval) };

    private static Rate Decode(TokenBucket? bucket, string where)
    {
        var (most, fill) = (bucket?.MaxTokens ?? 0, bucket?.TokensPerFill ?? 1);
        var interval = ValueCodec.Required(bucket?.FillInterval, $"{where}.token_bucket.fill_interval");
        return most is >= 1 and <= Rate.Most && fill is >= 1 and <= Rate.Most && interval >= Rate.ShortestInterval
            ? new Rate((int)fill, interval, most == fill ? 0 : (int)most)
            : throw new ResourceRefusedException($"{where}.token_bucket: must have 1 to {Rate.Most} tokens in at least {Rate.ShortestInterval.TotalMilliseconds} ms");
    }

    private static RuntimeFractionalPercent Always() => new() { DefaultValue = new FractionalPercent { Numerator = 100 } };
}
