using System.Collections.Immutable;
using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Topology;
using static Envoy.Extensions.Filters.Network.HttpConnectionManager.V3.HttpConnectionManager.Types;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>What Envoy has to be told of filters because its defaults are others than Mesh's.</summary>
internal static class EnvoyFilters
{
    private const string WebSocket = "websocket";

    /// <summary>Takes Mesh's own settings from a chain, and tells its connection manager what is a default in Mesh.</summary>
    /// <param name="chain">The chain, which is changed.</param>
    /// <param name="protocol">What is spoken on it.</param>
    /// <param name="hasPaths">Whether permissions name paths: then a path may be read in one way only.</param>
    /// <param name="tellsCallers">Whether routes go by who calls, which the header for it then says.</param>
    /// <param name="source">Who calls, where that is known.</param>
    /// <param name="destination">Who is called.</param>
    /// <param name="before">Filters that have to be there for what routes say of them, in their order, ahead of the router and its retries.</param>
    public static void Complete(
        FilterChain chain, AppProtocol protocol, bool hasPaths, bool tellsCallers = false, string source = "", string destination = "", params ImmutableArray<HttpFilter> before)
    {
        chain.Metadata?.TypedFilterMetadata.Clear();
        var filter = chain.Filters[^1];
        if (!protocol.IsHttp())
        {
            var tunnel = filter.TypedConfig.Unpack<TcpProxy>();
            EnvoyAccessLogs.Complete(tunnel.AccessLog, source, destination);
            filter.TypedConfig = Any.Pack(tunnel);
            return;
        }

        var manager = filter.TypedConfig.Unpack<HttpConnectionManager>();

        // Five minutes where nothing is said. Streams that may be silent for ever say so by their route.
        manager.StreamIdleTimeout = new Duration();
        manager.GenerateRequestId = false;
        manager.SkipXffAppend = true;
        if (!protocol.IsHttp2())
        {
            manager.UpgradeConfigs.Add(new UpgradeConfig { UpgradeType = WebSocket });
        }

        if (hasPaths)
        {
            manager.NormalizePath = true;
            manager.MergeSlashes = true;
            manager.PathWithEscapedSlashesAction = PathWithEscapedSlashesAction.RejectRequest;
        }

        if (tellsCallers)
        {
            manager.ForwardClientCertDetails = ForwardClientCertDetails.SanitizeSet;
            manager.SetCurrentClientCertDetails = new SetCurrentClientCertDetails { Uri = true };
        }

        foreach (var route in manager.RouteConfig?.VirtualHosts.SelectMany(host => host.Routes) ?? [])
        {
            route.Metadata?.TypedFilterMetadata.Clear();
        }

        EnvoyAccessLogs.Complete(manager.AccessLog, source, destination);
        for (var i = 0; i < before.Length; i++)
        {
            manager.HttpFilters.Insert(i, before[i]);
        }

        filter.TypedConfig = Any.Pack(manager);
    }
}
