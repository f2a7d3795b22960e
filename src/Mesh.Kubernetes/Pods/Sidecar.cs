using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Bootstrap;
using Mesh.Model.Planning;
using Mesh.Model.Serialization;
using Mesh.Model.Snapshots;

namespace Mesh.Kubernetes.Pods;

/// <summary>
/// What a pod needs to be in the mesh. A native sidecar (an init container that is restarted for ever) starts before the app and ends after it, and does not keep a job from
/// completing.
/// </summary>
/// <param name="settings">What all sidecars have in common.</param>
/// <param name="pod">The workload.</param>
public sealed class Sidecar(SidecarSettings settings, PodSpec pod)
{
    /// <summary>The container's name.</summary>
    public const string ContainerName = "mesh-proxy";

    private const string Settings = "mesh";
    private const string Token = "mesh-token";
    private const string State = "mesh-state";

    /// <summary>Where the sidecar says whether a port of the app takes connections, at its health port: what a TCP probe asks.</summary>
    public static string AppProbePath(string port) => $"/app/{port}";

    /// <summary>The labels of the pod.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; } = ImmutableSortedDictionary<string, string>.Empty
        .Add(MeshNames.MeshLabel, settings.Names.Mesh).Add(MeshNames.ServiceLabel, pod.Service.Name);

    /// <summary>The annotations of the pod.</summary>
    public IReadOnlyDictionary<string, string> Annotations => ImmutableSortedDictionary<string, string>.Empty.Add(MeshNames.BootstrapAnnotation, BootstrapText());

    /// <summary>The ServiceAccount of the pod: the service's bare name, which is its identity.</summary>
    public string ServiceAccount => pod.Service.Name;

    /// <summary>The container.</summary>
    public ObjectNode Container() => Node.Object(
        ("name", Node.Text(ContainerName)),
        ("image", Node.Text(settings.Image.Name)),
        ("imagePullPolicy", Node.Text(settings.Image.PullPolicy)),
        ("restartPolicy", Node.Text("Always")),
        ("command", Node.Texts(settings.Image.ProxyCommand)),
        ("args", Node.Texts("run", "--bootstrap", "/etc/mesh/bootstrap.json", "--replica", "$(POD_NAME)", "--advertised-address", "$(POD_IP)")),
        ("env", Node.List(
            Containers.FromField("POD_NAME", "metadata.name"),
            Containers.FromField("POD_IP", "status.podIP"),
            Containers.Variable("DOTNET_EnableDiagnostics", "0"))),
        ("ports", Node.List(
        [
            Containers.Port("mesh", ContainerPorts.MeshDoor),
            Containers.Port("mesh-health", ContainerPorts.Health),
            .. pod.OpenPorts.Select(p => Containers.Port(p.Key, new ScalarNode(ScalarKind.Number, p.Value))),
        ])),
        ("startupProbe", Containers.Probe("/ready", ContainerPorts.Health, "HTTP", periodSeconds: 1, failureThreshold: 120)),
        ("readinessProbe", Containers.Probe("/ready", ContainerPorts.Health, "HTTP", periodSeconds: 5, failureThreshold: 2)),
        ("livenessProbe", Containers.Probe("/live", ContainerPorts.Health, "HTTP", periodSeconds: 10, failureThreshold: 6)),
        // The kubelet runs it at once, beside the app's own end: peers are told first, and calls of the app still pass.
        ("lifecycle", Node.Object(("preStop", Node.Object(("exec", Node.Object(("command", Node.Texts(
            [.. settings.Image.ProxyCommand, "drain", "--bootstrap", "/etc/mesh/bootstrap.json", "--replica", "$(POD_NAME)", "--wait", settings.DrainSeconds.ToString(CultureInfo.InvariantCulture)])))))))),
        ("resources", settings.Resources),
        ("securityContext", Containers.Restricted(ImageSettings.User, readOnlyRoot: true)),
        ("volumeMounts", Node.List(
        [
            Containers.Mount(Settings, "/etc/mesh", readOnly: true),
            Containers.Mount(Token, "/var/run/secrets/mesh", readOnly: true),
            Containers.Mount(State, "/var/lib/mesh"),
            .. pod.EgressSecrets.Select((secret, i) => Containers.Mount(SecretVolume(i), $"{EgressSecrets.Folder}/{secret}", readOnly: true)),
        ])));

    /// <summary>The volumes that it mounts.</summary>
    public IReadOnlyList<ObjectNode> Volumes() =>
    [
        Containers.Projected(Settings,
            Containers.Annotation(MeshNames.BootstrapAnnotation, "bootstrap.json"),
            Node.Object(("configMap", Node.Object(
                ("name", Node.Text(settings.Names.Roots)),
                ("items", Node.List(Node.Object(("key", Node.Text(MeshNames.RootsKey)), ("path", Node.Text(MeshNames.RootsKey))))))))),
        Containers.Projected(Token, Node.Object(("serviceAccountToken", Node.Object(
            ("audience", Node.Text(MeshNames.Audience)),
            ("expirationSeconds", Node.Number(3600)),
            ("path", Node.Text("token")))))),
        Node.Object(("name", Node.Text(State)), ("emptyDir", Node.Object(("medium", Node.Text("Memory")), ("sizeLimit", Node.Text("16Mi"))))),
        // A Secret that is not there yet keeps no app from its start: what needs it fails and says which file is missing.
        .. pod.EgressSecrets.Select((secret, i) => Node.Object(("name", Node.Text(SecretVolume(i))), ("secret", Node.Object(
            ("secretName", Node.Text(secret)),
            ("optional", Node.Yes))))),
    ];

    /// <summary>What the sidecar is started with. There is no secret in it.</summary>
    public SidecarBootstrap Bootstrap() => new()
    {
        TrustDomain = settings.TrustDomain,
        Service = pod.Service.ToString(),
        Replica = pod.Service.Name, // the command line says the pod's
        ControlPlane = settings.Names.ControlPlaneAddress,
        TrustBundleFile = $"/etc/mesh/{MeshNames.RootsKey}",
        TokenFile = "/var/run/secrets/mesh/token",
        StateDirectory = "/var/lib/mesh/state", // the volume itself is the kubelet's; below it the sidecar can close a directory
        Listeners = pod.Listeners,
        Applications = pod.Applications,
        Admin = new AdminBootstrap { Address = $"127.0.0.1:{ContainerPorts.Admin}" },
        Probes = new ProbeBootstrap { Address = $"0.0.0.0:{ContainerPorts.Health}", Doors = pod.ProbeDoors },
        Telemetry = settings.Telemetry is { } endpoint ? new TelemetryBootstrap { Endpoint = endpoint } : null,
        LogLevel = settings.LogLevel,
        LogFormat = "json",
        DrainSeconds = settings.DrainSeconds,
    };

    /// <summary>Seconds that a pod whose app takes <paramref name="app"/> seconds to end has to be given: the app's wait, the app, and the sidecar after it.</summary>
    public long TerminationGracePeriodSeconds(long app) => SidecarSettings.PreStopSeconds + app + settings.DrainSeconds;

    /// <summary>Whether a listener of the plan is one for people outside the mesh.</summary>
    public static bool IsFrontDoor(string listener) => listener.StartsWith(ResourceNames.FrontDoor(""), StringComparison.Ordinal);

    // Its own number, for a Secret's name may be longer than a volume's.
    private static string SecretVolume(int index) => $"mesh-egress-{index.ToString(CultureInfo.InvariantCulture)}";

    private string BootstrapText() => JsonSerializer.SerializeToNode(Bootstrap(), BootstrapJson.Default.SidecarBootstrap)!.ToJsonString();
}
