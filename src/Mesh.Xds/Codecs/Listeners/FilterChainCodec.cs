using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Http.Router.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Google.Protobuf;
using Mesh.Model.Topology;
using Mesh.Xds.Wire;
using static Envoy.Extensions.Filters.Network.HttpConnectionManager.V3.HttpConnectionManager.Types;

namespace Mesh.Xds.Codecs;

/// <summary>The parts that filter chains of all listeners share.</summary>
internal static class FilterChainCodec
{
    public const string HttpFilterName = "envoy.filters.network.http_connection_manager";
    public const string TcpFilterName = "envoy.filters.network.tcp_proxy";
    private const string RouterName = "envoy.filters.http.router";

    public static Filter Network<T>(string name, T config)
        where T : IMessage<T> => new() { Name = name, TypedConfig = MessageName.Pack(config) };

    public static HttpFilter Http<T>(string name, T config)
        where T : IMessage<T> => new() { Name = name, TypedConfig = MessageName.Pack(config) };

    /// <summary>A connection manager whose last filter is the router; the caller puts what comes before it.</summary>
    public static HttpConnectionManager Manager(string name, AppProtocol protocol, params IEnumerable<HttpFilter> before) => new()
    {
        StatPrefix = name,
        CodecType = protocol.IsHttp2() ? CodecType.Http2 : CodecType.Auto,
        ServerHeaderTransformation = ServerHeaderTransformation.PassThrough,
        HttpFilters = { before, Http(RouterName, new Router()) },
    };

    /// <summary>The chain's connection manager; its last HTTP filter has to be the router, as Envoy and gRPC demand.</summary>
    public static HttpConnectionManager Manager(FilterChain chain, string where)
    {
        var manager = ValueCodec.Unpack<HttpConnectionManager>(chain.Filters.LastOrDefault()?.TypedConfig, $"{where}.filters");
        return manager.HttpFilters.LastOrDefault()?.TypedConfig?.Holds<Router>() == true
            ? manager
            : throw new ResourceRefusedException($"{where}.http_filters: the last one is not the router");
    }

    public static TcpProxy Tunnel(FilterChain chain, string where) => ValueCodec.Unpack<TcpProxy>(chain.Filters.LastOrDefault()?.TypedConfig, $"{where}.filters");
}
