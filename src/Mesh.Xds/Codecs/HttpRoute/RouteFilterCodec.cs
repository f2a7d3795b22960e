using Envoy.Extensions.Filters.Http.Cors.V3;
using Envoy.Extensions.Filters.Http.StatefulSession.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using RouteMessage = Envoy.Config.Route.V3.Route;

namespace Mesh.Xds.Codecs;

/// <summary>What routes say of filters ahead of the router. A filter that is not known is refused: what it should do would not be done.</summary>
internal static class RouteFilterCodec
{
    public static void Encode(RouteRule rule, RouteMessage route, RouteSettings settings)
    {
        if (rule.Cors is { } cors)
        {
            route.TypedPerFilterConfig[CorsCodec.FilterName] = Any.Pack(CorsCodec.Encode(cors));
        }

        if (rule.Authorization is { } asked)
        {
            settings.Authorization = AuthorizationCodec.Encode(asked);
        }

        if (rule.Action is ForwardAction { Session: { } session })
        {
            route.TypedPerFilterConfig[SessionCodec.FilterName] = Any.Pack(SessionCodec.Encode(session));
            settings.Session = SessionCodec.EncodeSettings(session);
        }
    }

    public static RouteRule Decode(RouteRule rule, RouteMessage route, RouteSettings settings, string where)
    {
        foreach (var (name, config) in route.TypedPerFilterConfig)
        {
            rule = name switch
            {
                CorsCodec.FilterName => rule with { Cors = CorsCodec.Decode(ValueCodec.Unpack<CorsPolicy>(config, $"{where}.{name}"), where) },
                SessionCodec.FilterName when rule.Action is ForwardAction forward =>
                    rule with { Action = forward with { Session = SessionCodec.Decode(ValueCodec.Unpack<StatefulSessionPerRoute>(config, $"{where}.{name}"), settings.Session, where) } },
                _ => throw new ResourceRefusedException($"{where}.typed_per_filter_config: {name} is unknown to this version"),
            };
        }

        return settings.Authorization is { } asked ? rule with { Authorization = AuthorizationCodec.Decode(asked, where) } : rule;
    }
}
