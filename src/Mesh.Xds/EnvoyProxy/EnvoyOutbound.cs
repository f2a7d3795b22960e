using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>The caller's loopback listeners for Envoy.</summary>
internal static class EnvoyOutbound
{
    public static XdsResource Encode(OutboundListener listener, int port, EnvoyRouteFilters filters, string caller)
    {
        var message = OutboundListenerCodec.EncodeMessage(listener);
        message.Address ??= ListenerAddressCodec.Encode(IPAddress.Loopback, port);
        EnvoyFilters.Complete(message.FilterChains[0], listener.Protocol, hasPaths: false, tellsCallers: false, caller, listener.Upstream.ToString(), filters.Filters);
        return XdsResource.From(TypeUrls.Listener, listener.Name, message);
    }
}
