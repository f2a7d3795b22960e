using System.Net;
using Envoy.Config.Core.V3;
using SocketAddress = Envoy.Config.Core.V3.SocketAddress;

namespace Mesh.Xds.Codecs;

/// <summary>Where a listener listens in a container; elsewhere the bootstrap file says, and the listener has no address.</summary>
internal static class ListenerAddressCodec
{
    public static Address? Encode(IPAddress address, int? port) => port is null
        ? null
        : new() { SocketAddress = new SocketAddress { Address = address.ToString(), PortValue = (uint)port } };

    public static int? Decode(Address? address) => address switch
    {
        null => null,
        { SocketAddress: { PortValue: > 0 and <= IPEndPoint.MaxPort } socket } => (int)socket.PortValue,
        _ => throw new ResourceRefusedException("address: not an IP address with a TCP port"),
    };
}
