using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Topology;
using Mesh.Xds.Wire;
using WireProtocolName = Mesh.Snapshot.V1.PortProtocol;

namespace Mesh.Xds.Codecs;

/// <summary>Single values.</summary>
internal static class ValueCodec
{
    /// <summary>In xDS an absent time limit is often a default of Envoy's; none is said with zero.</summary>
    public static Duration OrZero(TimeSpan? limit) => Duration.FromTimeSpan(limit ?? TimeSpan.Zero);

    /// <summary>For limits that are none in Envoy too where nothing is said.</summary>
    public static Duration? OrAbsent(TimeSpan? limit) => limit is { } given ? Duration.FromTimeSpan(given) : null;

    public static TimeSpan? ZeroIsNone(Duration? limit) =>
        limit is null || (limit.Seconds == 0 && limit.Nanos == 0) ? null : limit.ToTimeSpan();

    public static TimeSpan Required(Duration? duration, string where) =>
        duration?.ToTimeSpan() ?? throw new ResourceRefusedException($"{where}: missing");

    public static WireProtocolName Encode(AppProtocol protocol) => protocol switch
    {
        AppProtocol.Http => WireProtocolName.Http,
        AppProtocol.Http2 => WireProtocolName.Http2,
        AppProtocol.Grpc => WireProtocolName.Grpc,
        AppProtocol.Tcp => WireProtocolName.Tcp,
        AppProtocol.Https => WireProtocolName.Https,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
    };

    public static AppProtocol Decode(WireProtocolName protocol, string where) => protocol switch
    {
        WireProtocolName.Http => AppProtocol.Http,
        WireProtocolName.Http2 => AppProtocol.Http2,
        WireProtocolName.Grpc => AppProtocol.Grpc,
        WireProtocolName.Tcp => AppProtocol.Tcp,
        WireProtocolName.Https => AppProtocol.Https,
        _ => throw new ResourceRefusedException($"{where}: protocol {(int)protocol} is unknown to this version"),
    };

    public static PortRef DecodePort(string text, string where) =>
        PortRef.TryParse(text, out var port) ? port : throw new ResourceRefusedException($"{where}: '{text}' is not namespace/service/port");

    /// <summary>Unpacks an Any, or says what was found instead.</summary>
    public static T Unpack<T>(Any? any, string where)
        where T : IMessage<T>, new()
    {
        if (any is null)
        {
            throw new ResourceRefusedException($"{where}: missing");
        }

        if (!any.Holds<T>())
        {
            throw new ResourceRefusedException($"{where}: {any.TypeUrl} is not {MessageName.Of<T>()}");
        }

        try
        {
            var message = new T();
            message.MergeFrom(any.Value);
            return message;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ResourceRefusedException($"{where}: not readable as {any.TypeUrl}: {e.Message}", e);
        }
    }
}
