using System.Net;
using System.Text.Json.Nodes;
using Mesh.Model.Bootstrap;
using Mesh.Model.Snapshots;

namespace Mesh.Laptop.Clients;

/// <summary>The bootstrap file of an Envoy beside a sidecar: delta ADS, load reports and secrets through the sidecar's relay. Experimental: no Envoy has read one yet.</summary>
internal static class EnvoyBootstrap
{
    private const string Relay = "mesh-relay";
    private const string HttpOptions = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /// <summary>Makes it.</summary>
    /// <param name="sidecar">What the sidecar was started with.</param>
    /// <param name="http2">The ports, by name, whose app speaks HTTP/2, as for gRPC; the others speak HTTP/1.1 or are opaque.</param>
    /// <exception cref="InvalidOperationException">The sidecar has no relay; the message says what to do.</exception>
    public static JsonObject Of(SidecarBootstrap sidecar, IReadOnlyCollection<string> http2)
    {
        var relay = ClientNode.RelayOf(sidecar);

        // Only this file knows where the app is; what the control plane sends names these clusters.
        JsonNode[] clusters = [Cluster(Relay, Address(relay, sidecar.StateDirectory), isHttp2: true), .. sidecar.Applications.Select(app => Cluster(ResourceNames.Local(app.Key), SocketAddress(app.Value), http2.Contains(app.Key)))];
        return new JsonObject
        {
            ["node"] = ClientNode.Of(sidecar, "envoy"),
            ["dynamic_resources"] = new JsonObject
            {
                ["ads_config"] = Api("DELTA_GRPC", relay),
                ["cds_config"] = OverAds(),
                ["lds_config"] = OverAds(),
            },
            ["cluster_manager"] = new JsonObject { ["load_stats_config"] = Api("GRPC", relay) },
            ["static_resources"] = new JsonObject { ["clusters"] = new JsonArray(clusters) },
        };
    }

    private static JsonObject Api(string type, RelayBootstrap relay)
    {
        var service = new JsonObject { ["envoy_grpc"] = new JsonObject { ["cluster_name"] = Relay } };
        if (relay.Socket is null && relay.Token is { } token)
        {
            service["initial_metadata"] = new JsonArray(new JsonObject { ["key"] = "authorization", ["value"] = $"Bearer {token}" });
        }

        return new JsonObject { ["api_type"] = type, ["transport_api_version"] = "V3", ["grpc_services"] = new JsonArray(service) };
    }

    private static JsonObject OverAds() => new() { ["resource_api_version"] = "V3", ["ads"] = new JsonObject() };

    private static JsonObject Cluster(string name, JsonObject address, bool isHttp2)
    {
        var cluster = new JsonObject
        {
            ["name"] = name,
            ["type"] = "STATIC",
            ["connect_timeout"] = "5s",
            ["load_assignment"] = new JsonObject
            {
                ["cluster_name"] = name,
                ["endpoints"] = new JsonArray(new JsonObject
                {
                    ["lb_endpoints"] = new JsonArray(new JsonObject { ["endpoint"] = new JsonObject { ["address"] = address } }),
                }),
            },
        };
        if (isHttp2)
        {
            cluster["typed_extension_protocol_options"] = new JsonObject
            {
                [HttpOptions] = new JsonObject
                {
                    ["@type"] = $"type.googleapis.com/{HttpOptions}",
                    ["explicit_http_config"] = new JsonObject { ["http2_protocol_options"] = new JsonObject() },
                },
            };
        }

        return cluster;
    }

    private static JsonObject Address(RelayBootstrap relay, string stateDirectory) =>
        relay.SocketBeside(stateDirectory) is { } socket ? new JsonObject { ["pipe"] = new JsonObject { ["path"] = socket } } : SocketAddress(relay.Address!);

    private static JsonObject SocketAddress(string text)
    {
        // A static cluster takes no names; what listens at localhost listens at 127.0.0.1 nearly always.
        var address = IPEndPoint.Parse(text.Replace("localhost:", "127.0.0.1:", StringComparison.OrdinalIgnoreCase));
        return new JsonObject { ["socket_address"] = new JsonObject { ["address"] = address.Address.ToString(), ["port_value"] = address.Port } };
    }
}
