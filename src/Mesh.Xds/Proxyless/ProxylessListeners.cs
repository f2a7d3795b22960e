using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.Fault.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;
using RouteMatchMessage = Envoy.Config.Route.V3.RouteMatch;
using SocketAddress = Envoy.Config.Core.V3.SocketAddress;

namespace Mesh.Xds.Proxyless;

/// <summary>Listeners for gRPC: one per target name for clients, and for servers one that is named after the address it listens at (gRFC A36).</summary>
internal static class ProxylessListeners
{
    private const string SampleAddress = "127.0.0.1:1";

    public static XdsResource EncodeClient(string target, string routes, bool hasFaults)
    {
        // What goes wrong is said by the routes (gRFC A33), for which the filter has to be there.
        var manager = FilterChainCodec.Manager(target, AppProtocol.Grpc, hasFaults ? [FilterChainCodec.Http(FaultCodec.FilterName, new HTTPFault())] : []);
        manager.Rds = new Rds { RouteConfigName = routes, ConfigSource = new ConfigSource { Ads = new(), ResourceApiVersion = ApiVersion.V3 } };
        return XdsResource.From(TypeUrls.Listener, target, new Listener { Name = target, ApiListener = new ApiListener { ApiListener_ = Any.Pack(manager) } });
    }

    public static XdsTemplate ServerTemplate(InboundPort port)
    {
        var prefix = ResourceNames.Server(port.Port.Port);
        var chain = Chain(prefix, port);
        XdsResource? Make(string name)
        {
            var text = name[prefix.Length..];
            return IPEndPoint.TryParse(text, out var address) && address.Port > 0 && text.Contains(':', StringComparison.Ordinal) ? EncodeServer(name, text, address.Port, chain) : null;
        }

        return new(TypeUrls.Listener, prefix, Make(prefix + SampleAddress)!, Make);
    }

    private static XdsResource EncodeServer(string name, string text, int port, FilterChain chain)
    {
        // Compared letter by letter with what the server has, so that 0:0:0:0:0:0:0:0 must not become ::.
        var host = text[..text.LastIndexOf(':')].Trim('[', ']');
        return XdsResource.From(TypeUrls.Listener, name, new Listener
        {
            Name = name,
            TrafficDirection = TrafficDirection.Inbound,
            Address = new Address { SocketAddress = new SocketAddress { Address = host, PortValue = (uint)port } },
            FilterChains = { chain },
        });
    }

    private static FilterChain Chain(string name, InboundPort port)
    {
        var manager = FilterChainCodec.Manager(name, AppProtocol.Grpc, DoorPermissionCodec.EncodeHttp(ProxylessPermissions.Of(port.Permissions)));
        var answer = new Route { Name = name, Match = new RouteMatchMessage { Prefix = "/" }, NonForwardingAction = new NonForwardingAction() };
        manager.RouteConfig = new() { Name = name, VirtualHosts = { new VirtualHost { Name = name, Domains = { "*" }, Routes = { answer } } } };
        return new()
        {
            Name = name,
            Filters = { FilterChainCodec.Network(FilterChainCodec.HttpFilterName, manager) },
            TransportSocket = ProxylessTls.Door(),
        };
    }
}
