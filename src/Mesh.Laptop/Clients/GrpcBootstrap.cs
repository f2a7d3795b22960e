using System.Text.Json.Nodes;
using Mesh.Model.Bootstrap;
using Mesh.Model.Snapshots;

namespace Mesh.Laptop.Clients;

/// <summary>The bootstrap file of a proxyless gRPC client or server beside a sidecar: what its GRPC_XDS_BOOTSTRAP names.</summary>
internal static class GrpcBootstrap
{
    /// <summary>The variable that gRPC reads the file's path from.</summary>
    public const string Variable = "GRPC_XDS_BOOTSTRAP";

    /// <summary>The variable without which gRPC for Node.js refuses permissions, and so serves nobody.</summary>
    public const string PermissionsVariable = "GRPC_XDS_EXPERIMENTAL_RBAC";

    // The provider that the control plane's resources for gRPC name.
    private const string Provider = "mesh";

    // SVIDs live for an hour and are renewed at half of it; a stat and three short reads cost nothing.
    private const string RefreshInterval = "10s";

    /// <summary>Makes it.</summary>
    /// <param name="sidecar">What the sidecar was started with.</param>
    /// <param name="port">The port that the app serves as its own door. <see langword="null"/>: it only calls.</param>
    /// <exception cref="InvalidOperationException">The sidecar has no relay that gRPC can use; the message says what to do.</exception>
    public static JsonObject Of(SidecarBootstrap sidecar, string? port)
    {
        var relay = ClientNode.RelayOf(sidecar);
        var socket = relay.SocketBeside(sidecar.StateDirectory) ?? throw new InvalidOperationException(
            "relay.socket is missing: gRPC clients cannot send the token that relay.address asks for; add relay.socket, an absolute path");
        var certificates = relay.CertificatesBeside(sidecar.StateDirectory);
        var bootstrap = new JsonObject
        {
            ["xds_servers"] = new JsonArray(new JsonObject
            {
                ["server_uri"] = $"unix:{socket}",
                ["channel_creds"] = new JsonArray(new JsonObject { ["type"] = "insecure" }),
                ["server_features"] = new JsonArray("xds_v3", "ignore_resource_deletion"),
            }),
            ["node"] = ClientNode.Of(sidecar, "grpc"),
            ["certificate_providers"] = new JsonObject
            {
                [Provider] = new JsonObject
                {
                    ["plugin_name"] = "file_watcher",
                    ["config"] = new JsonObject
                    {
                        ["private_key_file"] = Path.Combine(certificates, RelayBootstrap.KeyFile),
                        ["certificate_file"] = Path.Combine(certificates, RelayBootstrap.ChainFile),
                        ["ca_certificate_file"] = Path.Combine(certificates, RelayBootstrap.RootsFile),
                        ["refresh_interval"] = RefreshInterval,
                    },
                },
            },
        };
        if (port is not null)
        {
            bootstrap["server_listener_resource_name_template"] = $"{ResourceNames.Server(port)}%s";
        }

        return bootstrap;
    }
}
