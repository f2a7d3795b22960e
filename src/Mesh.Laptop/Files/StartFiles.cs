using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Laptop.Files;

/// <summary>The start-up files of the mesh's own processes.</summary>
internal static class StartFiles
{
    /// <summary>Long enough for what runs on a laptop, short enough for whoever pressed Ctrl+C.</summary>
    private const int DrainSeconds = 3;

    /// <summary>A secret of 32 random bytes in base64url.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What a sidecar is started with.</summary>
    public static SidecarBootstrap Bootstrap(
        TrustDomain trustDomain, ServiceId service, PlannedReplica replica, string stateDirectory, string controlPlane,
        ImmutableArray<string> roots, string token, string adminToken, TelemetryBootstrap? telemetry, int? parentProcessId = null) => new()
        {
            TrustDomain = trustDomain.Name,
            Service = service.ToString(),
            Replica = replica.Name,
            ControlPlane = controlPlane,
            TrustBundle = roots,
            Token = token,
            StateDirectory = stateDirectory,
            Listeners = replica.Listeners,
            Applications = replica.Applications,
            Admin = new AdminBootstrap { Address = replica.AdminAddress, Token = adminToken },
            DeveloperIdentity = true,
            PeerProcessCheck = true,
            Telemetry = telemetry,
            DrainSeconds = DrainSeconds,
            ParentProcessId = parentProcessId,
        };

    /// <summary>The file's text.</summary>
    public static string ToJson(SidecarBootstrap bootstrap) => JsonSerializer.Serialize(bootstrap, BootstrapJson.Default.SidecarBootstrap);

    /// <summary>The file's text.</summary>
    public static string ToJson(ControlPlaneSettings settings) => JsonSerializer.Serialize(settings, BootstrapJson.Default.ControlPlaneSettings);
}
