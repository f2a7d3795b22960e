using System.Net;
using System.Text.Json.Nodes;
using Mesh.Model.Bootstrap;

namespace Mesh.Laptop.Clients;

/// <summary>The bootstrap file of an Envoy beside a sidecar: delta ADS, load reports and secrets through the sidecar's relay. Experimental: no Envoy has read one yet.</summary>
internal static class EnvoyBootstrap
{
    private const string Relay = "mesh-relay";
    private const string HttpOptions = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /// <summary>Makes it.</summary>
    /// <param name="sidecar">What the sidecar was started with.</param>
    /// <exception cref="InvalidOperationException">The sidecar has no relay; the message says what to do.</exception>
    public static JsonObject Of(SidecarBootstrap sidecar)
    {
        var relay = ClientNode.RelayOf(sidecar);
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
            ["static_resources"] = new JsonObject { ["clusters"] = new JsonArray(Cluster(relay, sidecar.StateDirectory)) },
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

    private static JsonObject Cluster(RelayBootstrap relay, string stateDirectory) => new()
    {
        ["name"] = Relay,
        ["type"] = "STATIC",
        ["connect_timeout"] = "5s",
        ["typed_extension_protocol_options"] = new JsonObject
        {
            [HttpOptions] = new JsonObject
            {
                ["@type"] = $"type.googleapis.com/{HttpOptions}",
                ["explicit_http_config"] = new JsonObject { ["http2_protocol_options"] = new JsonObject() },
            },
        },
        ["load_assignment"] = new JsonObject
        {
            ["cluster_name"] = Relay,
            ["endpoints"] = new JsonArray(new JsonObject
            {
                ["lb_endpoints"] = new JsonArray(new JsonObject { ["endpoint"] = new JsonObject { ["address"] = Address(relay, stateDirectory) } }),
            }),
        },
    };

    private static JsonObject Address(RelayBootstrap relay, string stateDirectory)
    {
        if (relay.SocketBeside(stateDirectory) is { } socket)
        {
            return new JsonObject { ["pipe"] = new JsonObject { ["path"] = socket } };
        }

        var address = IPEndPoint.Parse(relay.Address!);
        return new JsonObject { ["socket_address"] = new JsonObject { ["address"] = address.Address.ToString(), ["port_value"] = address.Port } };
    }
}
