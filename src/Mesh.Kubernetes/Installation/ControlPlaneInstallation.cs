using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Kubernetes.Manifests;
using Mesh.Kubernetes.Pods;
using Mesh.Model.Bootstrap;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Installation;

/// <summary>The control plane: two replicas in a namespace of their own, of which each can serve every sidecar. State is in the Kubernetes API only.</summary>
/// <param name="settings">What differs between installations.</param>
public sealed class ControlPlaneInstallation(ControlPlaneInstallationSettings settings)
{
    private const string Component = "control-plane";
    private const string Settings = "mesh";
    private const string State = "mesh-state";

    private readonly MeshNames _names = settings.Names;

    /// <summary>Its objects, in an order in which they can be made; rights are those of <see cref="ControlPlaneRights"/>.</summary>
    public IReadOnlyList<(string File, ObjectNode Object)> Objects() =>
    [
        ("namespace", Namespace()),
        ("service-account", ServiceAccount()),
        .. new ControlPlaneRights(_names).Objects(),
        ("service", Service()),
        ("disruption-budget", DisruptionBudget()),
        ("network-policy", NetworkPolicy()),
        ("deployment", Deployment()),
    ];

    private ObjectNode Namespace() => Manifest.Of("v1", "Namespace", _names.SystemNamespace, null, new Dictionary<string, string>
    {
        [MeshNames.MeshLabel] = _names.Mesh,
        ["pod-security.kubernetes.io/enforce"] = "restricted",
    });

    private ObjectNode ServiceAccount() => Node.With(
        Manifest.Of("v1", "ServiceAccount", _names.ControlPlane, _names.SystemNamespace, Selector()), ("imagePullSecrets", settings.Image.PullSecrets));

    private ObjectNode Service() => Node.With(Manifest.Of("v1", "Service", _names.ControlPlane, _names.SystemNamespace, Selector()), ("spec", Node.Object(
        ("selector", Node.Map(Selector())),
        ("ports", Node.List(
            ServicePort("grpc", ControlPlanePorts.Grpc),
            ServicePort("api", ControlPlanePorts.Api))))));

    private ObjectNode DisruptionBudget() => Node.With(Manifest.Of("policy/v1", "PodDisruptionBudget", _names.ControlPlane, _names.SystemNamespace, Selector()), ("spec", Node.Object(
        ("maxUnavailable", Node.Number(1)),
        ("selector", Node.Object(("matchLabels", Node.Map(Selector())))))));

    private ObjectNode NetworkPolicy() => Node.With(Manifest.Of("networking.k8s.io/v1", "NetworkPolicy", _names.ControlPlane, _names.SystemNamespace, Selector()), ("spec", Node.Object(
        ("podSelector", Node.Object(("matchLabels", Node.Map(Selector())))),
        ("policyTypes", Node.Texts("Ingress")),
        ("ingress", Node.List(Node.Object(("ports", Node.List(Manifest.PolicyPort(ControlPlanePorts.Grpc), Manifest.PolicyPort(ControlPlanePorts.Api)))))))));

    private ObjectNode Deployment() => Node.With(Manifest.Of("apps/v1", "Deployment", _names.ControlPlane, _names.SystemNamespace, Selector()), ("spec", Node.Object(
        ("replicas", settings.Replicas),
        ("selector", Node.Object(("matchLabels", Node.Map(Selector())))),
        ("strategy", Node.Object(
            ("type", Node.Text("RollingUpdate")),
            ("rollingUpdate", Node.Object(("maxUnavailable", Node.Number(0)), ("maxSurge", Node.Number(1)))))),
        ("template", Node.Object(
            ("metadata", Node.Object(
                ("labels", Node.Map(Selector())),
                ("annotations", Node.Object((MeshNames.SettingsAnnotation, Node.Text(SettingsText())))))),
            ("spec", PodSpec()))))));

    private ObjectNode PodSpec() => Node.Object(
        ("serviceAccountName", Node.Text(_names.ControlPlane)),
        ("enableServiceLinks", Node.No),
        ("terminationGracePeriodSeconds", Node.Number(30)),
        ("topologySpreadConstraints", Node.List(Node.Object(
            ("maxSkew", Node.Number(1)),
            ("topologyKey", Node.Text("kubernetes.io/hostname")),
            ("whenUnsatisfiable", Node.Text("ScheduleAnyway")),
            ("labelSelector", Node.Object(("matchLabels", Node.Map(Selector()))))))),
        ("containers", Node.List(Container())),
        ("volumes", Node.List(
            Containers.Projected(Settings, Containers.Annotation(MeshNames.SettingsAnnotation, "control-plane.json")),
            Node.Object(("name", Node.Text(State)), ("emptyDir", Node.Object(("medium", Node.Text("Memory")), ("sizeLimit", Node.Text("64Mi"))))))));

    private ObjectNode Container() => Node.Object(
        ("name", Node.Text(Component)),
        ("image", Node.Text(settings.Image.Name)),
        ("imagePullPolicy", Node.Text(settings.Image.PullPolicy)),
        ("command", Node.Texts(settings.Image.ControlPlaneCommand)),
        ("args", Node.Texts("--config", "/etc/mesh/control-plane.json")),
        ("env", Node.List(
            Containers.FromField("POD_NAME", "metadata.name"),
            Containers.FromField("POD_IP", "status.podIP"),
            Containers.Variable("DOTNET_EnableDiagnostics", "0"))),
        ("ports", Node.List(Containers.Port("grpc", ControlPlanePorts.Grpc), Containers.Port("api", ControlPlanePorts.Api))),
        ("startupProbe", Containers.Probe("/healthz/live", ControlPlanePorts.Api, "HTTPS", periodSeconds: 1, failureThreshold: 120)),
        ("readinessProbe", Containers.Probe("/healthz/ready", ControlPlanePorts.Api, "HTTPS", periodSeconds: 5, failureThreshold: 2)),
        ("livenessProbe", Containers.Probe("/healthz/live", ControlPlanePorts.Api, "HTTPS", periodSeconds: 10, failureThreshold: 6)),
        ("lifecycle", Node.Object(("preStop", Node.Object(("sleep", Node.Object(("seconds", Node.Number(SidecarSettings.PreStopSeconds)))))))),
        ("resources", settings.Resources),
        ("securityContext", Containers.Restricted(ImageSettings.User, readOnlyRoot: true)),
        ("volumeMounts", Node.List(Containers.Mount(Settings, "/etc/mesh", readOnly: true), Containers.Mount(State, "/var/lib/mesh"))));

    /// <summary>What it is started with. There is no secret in it.</summary>
    public ControlPlaneSettings Start() => new()
    {
        TrustDomain = settings.TrustDomain,
        GrpcAddress = $"0.0.0.0:{ControlPlanePorts.Grpc}",
        ApiAddress = $"0.0.0.0:{ControlPlanePorts.Api}",
        StateDirectory = "/var/lib/mesh/state",
        Telemetry = settings.Telemetry is { } endpoint ? new TelemetryBootstrap { Endpoint = endpoint } : null,
        LogLevel = settings.LogLevel,
        Kubernetes = new KubernetesSettings
        {
            Mesh = _names.Mesh,
            Namespaces = [_names.Namespace],
            SystemNamespace = _names.SystemNamespace,
            Audience = MeshNames.Audience,
        },
    };

    private string SettingsText()
    {
        var json = JsonSerializer.SerializeToNode(Start(), BootstrapJson.Default.ControlPlaneSettings)!.AsObject();
        json["svidLifetimeSeconds"] = JsonValue.Create(settings.SvidLifetimeSeconds);
        return json.ToJsonString();
    }

    private Dictionary<string, string> Selector() => new() { [MeshNames.MeshLabel] = _names.Mesh, ["app.kubernetes.io/component"] = Component };

    private static ObjectNode ServicePort(string name, int port) => Node.Object(
        ("name", Node.Text(name)), ("port", Node.Number(port)), ("targetPort", Node.Number(port)), ("protocol", Node.Text("TCP")));
}
