using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Listener.TlsInspector.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>The mesh door for Envoy. The apps behind it are clusters <c>local/&lt;port&gt;</c> of its bootstrap, for only that knows where they are.</summary>
internal static class EnvoyDoor
{
    /// <summary>Where it listens, on every address: Istio's inbound port, known to operators.</summary>
    private const int Port = 15006;

    private const string InspectorName = "envoy.filters.listener.tls_inspector";

    public static XdsResource Encode(TrustDomain trustDomain, ImmutableArray<InboundPort> ports)
    {
        var message = DoorCodec.EncodeMeshDoorMessage(ports);
        message.Address = ListenerAddressCodec.Encode(IPAddress.Any, Port);
        message.ListenerFilters.Add(new ListenerFilter { Name = InspectorName, TypedConfig = Any.Pack(new TlsInspector()) });
        var main = DefaultPort.Of(ports, port => port.Protocol);
        foreach (var (chain, port) in message.FilterChains.Zip(ports))
        {
            chain.TransportSocket = EnvoyTls.Door(trustDomain, DoorCodec.Alpn(port.Protocol), port.Tls);
            EnvoyFilters.Complete(chain, port.Protocol, HasPaths(port), tellsCallers: port.Limits.Requests.Any(limit => limit.Caller is not null) || port.AccessLogs.Any(log => log.Caller is not null), destination: port.Port.ToString());
            if (port == main)
            {
                // Proxyless clients send the name of their target.
                chain.FilterChainMatch.ServerNames.AddRange(ResourceNames.Targets(port.Port, isDefault: true, port.Port.Service.Namespace).Skip(1));
            }
        }

        return XdsResource.From(TypeUrls.Listener, message.Name, message);
    }

    private static bool HasPaths(InboundPort port) =>
        port.Limits.Requests.Any(limit => limit.Match.Path is not null)
        || port.Permissions.Deny.Concat(port.Permissions.Allow).Concat(port.Permissions.AllowWithShadowDeny).Any(rule => rule.Requests.Any(request => request.Path is not null));
}
