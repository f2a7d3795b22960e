using Envoy.Config.Core.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using CallerTimeoutsMessage = Mesh.Snapshot.V1.CallerTimeouts;
using RouteActionMessage = Envoy.Config.Route.V3.RouteAction;

namespace Mesh.Xds.Codecs;

/// <summary>Bounds on time of the calling side.</summary>
internal static class TimeoutCodec
{
    private const string OriginName = "timeout";

    public static void Encode(RouteTimeouts timeouts, RouteActionMessage action, Metadata metadata)
    {
        action.Timeout = ValueCodec.OrZero(timeouts.Request);
        action.IdleTimeout = ValueCodec.OrZero(timeouts.StreamIdle);
        metadata.WithOrigin(OriginName, timeouts.Origin);
    }

    public static RouteTimeouts Decode(RouteActionMessage action, Metadata? metadata) => new()
    {
        Request = ValueCodec.ZeroIsNone(action.Timeout),
        StreamIdle = ValueCodec.ZeroIsNone(action.IdleTimeout),
        Origin = metadata.Origin(OriginName),
    };

    public static CallerTimeoutsMessage Encode(CallerTimeouts timeouts, int index) => new()
    {
        Caller = timeouts.Caller.Value,
        IsPrefix = timeouts.Caller.IsPrefix,
        Request = timeouts.Request is { } request ? Duration.FromTimeSpan(request) : null,
        Idle = timeouts.Idle is { } idle ? Duration.FromTimeSpan(idle) : null,
        StreamIdle = timeouts.StreamIdle is { } streamIdle ? Duration.FromTimeSpan(streamIdle) : null,
        Origin = PolicyNameCodec.Encode(index, timeouts.Origin),
    };

    public static CallerTimeouts Decode(CallerTimeoutsMessage message, string where) => new()
    {
        Caller = new PrincipalMatch(message.Caller, message.IsPrefix),
        Request = message.Request?.ToTimeSpan(),
        Idle = message.Idle?.ToTimeSpan(),
        StreamIdle = message.StreamIdle?.ToTimeSpan(),
        Origin = PolicyNameCodec.Decode(message.Origin, where).Origin,
    };
}
