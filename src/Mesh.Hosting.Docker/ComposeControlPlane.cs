using System.Collections.Immutable;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Bootstrap;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Docker;

/// <summary>The control plane: one container, with the authority's keys in a volume.</summary>
internal sealed class ComposeControlPlane(PublishedMesh mesh, ComposeNames names, ComposeStart start, IReadOnlyDictionary<string, PlannedWorkload> workloads)
{
    /// <summary>The folders of documents beside the Compose file, and how they are named to people. A later one beats an earlier one, as in a run.</summary>
    public static ImmutableArray<ConfigurationSource> Sources { get; } = [new("topology", "topology"), new("apphost", "AppHost"), new("policies", "policies")];

    private const string File = $"{ComposeNames.Settings}/control-plane.json";

    /// <summary>The text of its start-up file. There is no secret in it.</summary>
    public string StartFile => field ??= ComposeJson.Text(new ControlPlaneSettings
    {
        TrustDomain = start.TrustDomain,
        GrpcAddress = $"0.0.0.0:{ControlPlanePorts.Grpc}",
        ApiAddress = $"127.0.0.1:{ControlPlanePorts.Api}",
        StateDirectory = $"{ComposeNames.State}/state",
        Sources = [.. Sources.Select(s => s with { Directory = $"{ComposeNames.Settings}/{s.Directory}" })],
        SvidLifetimeSeconds = (int)mesh.Mesh.Options.CertificateLifetime.TotalSeconds,
        Telemetry = start.Telemetry is { } endpoint ? new TelemetryBootstrap { Endpoint = endpoint } : null,
        Identities = [.. workloads.Select(w => new IdentityDirectory(w.Value.Service.Id.ToString(), $"{ComposeNames.Identities}/{w.Key}"))],
        LogLevel = start.LogLevel,
    }, BootstrapJson.Default.ControlPlaneSettings);

    /// <summary>The Compose service.</summary>
    /// <param name="networks">The networks that sidecars are in.</param>
    public ObjectNode Service(IEnumerable<string> networks) => MeshContainer.Service(names, names.Programs.ControlPlaneCommand, ["--config", File], StartFile, "768M",
    [
        ("stop_grace_period", Node.Text("15s")),
        ("configs", Node.List(MeshContainer.Config(names.ControlPlane, File))),
        ("volumes", Node.List(
        [
            .. Sources.Select(s => MeshContainer.Mount("bind", $"./{ComposeNames.Folder}/{s.Directory}", $"{ComposeNames.Settings}/{s.Directory}", readOnly: true)),
            MeshContainer.Mount("volume", names.StateVolume, ComposeNames.State, readOnly: false),
            .. workloads.Keys.Select(w => MeshContainer.Mount("volume", names.IdentityVolume(w), $"{ComposeNames.Identities}/{w}", readOnly: false)),
        ])),
        ("tmpfs", Node.Texts("/tmp")),
        ("expose", Node.Texts($"{ControlPlanePorts.Grpc}")),
        ("networks", Node.ListOrNone(networks.Select(Node.Text))),
        ("healthcheck", MeshContainer.HealthCheck([.. names.Programs.ControlPlaneCommand, "healthcheck", "--config", File])),
    ]);

    /// <summary>The volumes of the mesh: the authority's, on disk, and one in memory for each sidecar's token.</summary>
    public IEnumerable<DocumentMember> Volumes() =>
    [
        new(names.StateVolume, Node.Object(("driver", Node.Text("local")))),
        .. workloads.Keys.Select(w => new DocumentMember(names.IdentityVolume(w), Node.Object(
            ("driver", Node.Text("local")),
            ("driver_opts", Node.Object(
                ("type", Node.Text("tmpfs")),
                ("device", Node.Text("tmpfs")),
                ("o", Node.Text($"size=1m,{MeshContainer.Owner}"))))))),
    ];
}
