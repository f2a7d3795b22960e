using Envoy.Config.Core.V3;
using Envoy.Extensions.Filters.Http.StatefulSession.V3;
using Envoy.Extensions.Http.StatefulSession.Cookie.V3;
using Envoy.Extensions.Http.StatefulSession.Header.V3;
using Envoy.Type.Http.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Codecs;

/// <summary>How a client's requests stay at one replica: the standard filter, by route. Where a session ends by itself is said beside it.</summary>
internal static class SessionCodec
{
    /// <summary>The name of the filter among those of a connection manager, and of what routes say of it.</summary>
    public const string FilterName = "envoy.filters.http.stateful_session";

    private const string CookieState = "envoy.http.stateful_session.cookie";
    private const string HeaderState = "envoy.http.stateful_session.header";

    public static StatefulSessionPerRoute Encode(RouteSession session)
    {
        var state = session.Kind == SessionKind.Cookie
            ? State(CookieState, Any.Pack(new CookieBasedSessionState { Cookie = new Cookie { Name = session.Name, Path = "/", Ttl = session.IsPermanent ? ToDuration(session.AbsoluteTimeout) : null } }))
            : State(HeaderState, Any.Pack(new HeaderBasedSessionState { Name = session.Name }));
        return new() { StatefulSession = new() { SessionState = state } };
    }

    public static SessionSettings EncodeSettings(RouteSession session) => new()
    {
        IsPermanent = session.IsPermanent,
        AbsoluteTimeout = ToDuration(session.AbsoluteTimeout),
        IdleTimeout = ToDuration(session.IdleTimeout),
    };

    public static RouteSession Decode(StatefulSessionPerRoute message, SessionSettings? settings, string where)
    {
        var state = message.StatefulSession?.SessionState?.TypedConfig ?? throw new ResourceRefusedException($"{where}.stateful_session: no session_state");
        var session = state.Holds<CookieBasedSessionState>()
            ? new RouteSession { Kind = SessionKind.Cookie, Name = ValueCodec.Unpack<CookieBasedSessionState>(state, $"{where}.stateful_session").Cookie?.Name ?? "" }
            : new RouteSession { Kind = SessionKind.Header, Name = ValueCodec.Unpack<HeaderBasedSessionState>(state, $"{where}.stateful_session").Name };
        return session with
        {
            IsPermanent = settings?.IsPermanent ?? false,
            AbsoluteTimeout = settings?.AbsoluteTimeout?.ToTimeSpan(),
            IdleTimeout = settings?.IdleTimeout?.ToTimeSpan(),
        };
    }

    private static TypedExtensionConfig State(string name, Any config) => new() { Name = name, TypedConfig = config };

    private static Duration? ToDuration(TimeSpan? length) => length is { } given ? Duration.FromTimeSpan(given) : null;
}
