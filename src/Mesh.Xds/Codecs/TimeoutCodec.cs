using Envoy.Config.Core.V3;
using Mesh.Model.Snapshots;
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
}
