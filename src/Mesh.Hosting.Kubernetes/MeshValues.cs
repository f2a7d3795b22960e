using Aspire.Hosting.Kubernetes;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Definitions;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Kubernetes.Pods;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Kubernetes;

/// <summary>What whoever installs the chart may set, under <c>mesh</c> in its values, and the parts of the chart that take it from there.</summary>
internal static class MeshValues
{
    /// <summary>The text to add to values.yaml.</summary>
    public static string Text(PublishedMesh mesh) => $$"""
        # The mesh: docs/kubernetes.md says more of each.
        mesh:
          # One image for sidecars and control plane. A registry stands before its name, with a slash between.
          registry: ""
          image: "mesh:{{CustomResourceDefinitions.ThisVersion}}"
          imagePullPolicy: "IfNotPresent"
          # Such as [{ name: registry-credentials }]; on the ServiceAccounts of meshed services, which their own images are pulled by, too.
          imagePullSecrets: []
          # A change makes every identity another one: all pods have to start anew.
          trustDomain: "{{mesh.TrustDomain.Name}}"
          certificateLifetimeSeconds: {{(int)mesh.Mesh.Options.CertificateLifetime.TotalSeconds}}
          # Trace, Debug, Information, Warning or Error.
          logLevel: "{{mesh.Mesh.Options.LogLevel}}"
          controlPlane:
            replicas: 2
            resources:
              requests: { cpu: "100m", memory: "192Mi" }
              limits: { memory: "768Mi" }
          proxy:
            resources:
              requests: { cpu: "20m", memory: "48Mi" }
              limits: { memory: "256Mi" }

        """.ReplaceLineEndings("\n");

    /// <summary>What the parts of the mesh are called.</summary>
    public static MeshNames Names(PublishedMesh mesh) => new(mesh.Mesh.Name.ToLowerInvariant(), ChartText.Namespace);

    /// <summary>What sidecars have in common.</summary>
    public static SidecarSettings Sidecars(PublishedMesh mesh, KubernetesEnvironmentResource environment) => new()
    {
        Names = Names(mesh),
        Image = Images(mesh),
        TrustDomain = ChartText.TrustDomain,
        LogLevel = Value("logLevel"),
        Telemetry = Telemetry(environment),
        // The publisher's objects hold no expressions for whole objects, so it is each of these that can be set.
        Resources = Node.Object(
            ("requests", Node.Object(("cpu", Resource("requests.cpu")), ("memory", Resource("requests.memory")))),
            ("limits", Node.Object(("memory", Resource("limits.memory"))))),
    };

    /// <summary>The control plane.</summary>
    public static ControlPlaneInstallationSettings ControlPlane(PublishedMesh mesh, KubernetesEnvironmentResource environment) => new()
    {
        Names = Names(mesh),
        Image = Images(mesh),
        TrustDomain = ChartText.TrustDomain,
        SvidLifetimeSeconds = ChartText.NumberInJson("int .Values.mesh.certificateLifetimeSeconds"),
        LogLevel = Value("logLevel"),
        Replicas = ChartText.Raw("int .Values.mesh.controlPlane.replicas"),
        Resources = ChartText.Raw("toJson .Values.mesh.controlPlane.resources"),
        Telemetry = Telemetry(environment),
    };

    private static ImageSettings Images(PublishedMesh mesh) => new()
    {
        Name = $"{ChartText.Expression("with .Values.mesh.registry")}{ChartText.Expression(".")}/{ChartText.Expression("end")}{Value("image")}",
        IsPortable = mesh.Mesh.Image is not null,
        PullPolicy = Value("imagePullPolicy"),
        PullSecrets = ChartText.Raw("toJson .Values.mesh.imagePullSecrets"),
    };

    private static string Value(string name) => ChartText.Expression($".Values.mesh.{name}");

    private static ScalarNode Resource(string name) => Node.Text(Value($"proxy.resources.{name}"));

    /// <summary>The name of the dashboard that the publisher adds.</summary>
    public static string Dashboard(KubernetesEnvironmentResource environment) => $"{environment.Name.ToLowerInvariant()}-dashboard";

    // The dashboard that the publisher adds takes OTLP over gRPC there.
    private static string? Telemetry(KubernetesEnvironmentResource environment) =>
        environment.DashboardEnabled ? $"http://{Dashboard(environment)}-service.{ChartText.Namespace}.svc:18889" : null;
}
