using System.Text.Json;
using k8s.Models;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Kubernetes.Definitions;
using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>What an app of two services becomes in a cluster.</summary>
[Collection(nameof(PublishedChart))]
public sealed class ChartTests(TwoServices app) : IClassFixture<TwoServices>
{
    public static TheoryData<string, string?> ValueSets => new()
    {
        { "shop", null },
        { "1", "mesh: { registry: registry.example.com:5000, image: 'team/mesh@sha256:0123', imagePullSecrets: [{ name: registry }] }" },
        { "true", "mesh: { trustDomain: other.example, certificateLifetimeSeconds: 600, logLevel: Debug, imagePullPolicy: Always, controlPlane: { replicas: 5, resources: {} } }" },
        { "shop", "parameters: { orders: { port_http: 9000, orders_image: 'registry.example.com/orders:2' }, storefront: { port_http: 9001 } }" },
    };

    [Theory]
    [MemberData(nameof(ValueSets))]
    public void Objects_WithAnyValues_AreReadByAStrictReader(string ns, string? values)
    {
        var chart = RenderedChart.Of(app.Chart, ns, values);

        Assert.All(chart.Objects, o => Assert.NotNull(StrictReader.Read(o.Node) ?? CustomObjects.Read(o.Node)));
        Assert.True(chart.Objects.Count > 20);
    }

    [Theory]
    [MemberData(nameof(ValueSets))]
    public void StartFiles_WithAnyValues_AreReadByTheProcessesOwnReaders(string ns, string? values)
    {
        var chart = RenderedChart.Of(app.Chart, ns, values);

        var orders = Bootstrap(chart, "orders");
        var control = Settings(chart);
        Assert.Equal($"{ns}/orders", orders.Service);
        Assert.Equal($"https://mesh-control-plane.{ns}-mesh.svc:15010", orders.ControlPlane);
        Assert.Equal(orders.TrustDomain, control.TrustDomain);
        Assert.Equal(orders.LogLevel, control.LogLevel);
        Assert.Equal([ns], control.Kubernetes!.Namespaces);
        Assert.Equal($"{ns}-mesh", control.Kubernetes.SystemNamespace);
        Assert.Equal(values?.Contains("600", StringComparison.Ordinal) == true ? 600 : 3600, control.SvidLifetimeSeconds);
    }

    [Fact]
    public void Pod_HasANativeSidecarThatTheAppWaitsFor()
    {
        var pod = Pod("orders");

        var sidecar = Assert.Single(pod.Spec.InitContainers);
        Assert.Equal(("mesh-proxy", "Always", "mesh:0.1.0"), (sidecar.Name, sidecar.RestartPolicy, sidecar.Image));
        Assert.Equal(["/ready", "/ready", "/live"], new[] { sidecar.StartupProbe, sidecar.ReadinessProbe, sidecar.LivenessProbe }.Select(p => p.HttpGet.Path));
        Assert.Equal(["run", "--bootstrap", "/etc/mesh/bootstrap.json", "--replica", "$(POD_NAME)", "--advertised-address", "$(POD_IP)"], sidecar.Args);
        Assert.Equal(["/app/proxy/mesh-proxy", "drain"], sidecar.Lifecycle.PreStop.Exec.Command.Take(2));
        Assert.Equal("orders", pod.Spec.ServiceAccountName);
        Assert.False(pod.Spec.EnableServiceLinks);
        Assert.False(pod.Spec.AutomountServiceAccountToken);
        Assert.True(pod.Spec.TerminationGracePeriodSeconds >= 30 + 5 + 20);
        Assert.Equal(5, pod.Spec.Containers.Single().Lifecycle.PreStop.Sleep.Seconds);
        Assert.Equal(("mesh", "orders"), (pod.Metadata.Labels["mesh.dev/mesh"], pod.Metadata.Labels["mesh.dev/service"]));
    }

    [Fact]
    public void Pod_GetsABoundTokenForTheMeshAndTheRootsOfTheControlPlane()
    {
        var pod = Pod("orders");

        var sources = pod.Spec.Volumes.Where(v => v.Projected is not null).SelectMany(v => v.Projected.Sources).ToList();
        var token = sources.Single(s => s.ServiceAccountToken is not null).ServiceAccountToken;
        Assert.Equal(("mesh", 3600L, "token"), (token.Audience, token.ExpirationSeconds, token.Path));
        Assert.Equal("mesh-roots", sources.Single(s => s.ConfigMap is not null).ConfigMap.Name);
        Assert.Equal("metadata.annotations['mesh.dev/bootstrap']", sources.Single(s => s.DownwardAPI is not null).DownwardAPI.Items.Single().FieldRef.FieldPath);
        Assert.DoesNotContain(pod.Spec.Containers.Single().VolumeMounts ?? [], m => m.Name.StartsWith("mesh", StringComparison.Ordinal));
    }

    [Fact]
    public void App_ListensOnLoopback_AndCallsItsOwnSidecar()
    {
        var storefront = Chart().Get<V1ConfigMap>("ConfigMap", "storefront-config").Data;

        Assert.Equal("http://127.0.0.1:18080", storefront["ASPNETCORE_URLS"]);
        Assert.DoesNotContain("HTTP_PORTS", storefront.Keys);
        Assert.Equal("http://127.0.0.1:15101", storefront["services__orders__http__0"]);
        Assert.Equal("host=127.0.0.1;port=15101", storefront["ORDERS_ADDRESS"]);
        Assert.Equal("127.0.0.1:15101", Bootstrap(Chart(), "storefront").Listeners["outbound/shop/orders/http"]);
        Assert.Equal("127.0.0.1:18080", Bootstrap(Chart(), "storefront").Applications["http"]);
        Assert.DoesNotContain(storefront.Values, v => v.Contains("orders-service", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "8080")]
    [InlineData("parameters: { storefront: { port_http: 9001 } }", "9001")]
    public void ExternalEndpoint_KeepsItsFrontDoorAtTheDeclaredPort(string? values, string port)
    {
        var chart = RenderedChart.Of(app.Chart, overrides: values);

        Assert.Equal($"0.0.0.0:{port}", Bootstrap(chart, "storefront").Listeners["inbound/front/http"]);
        Assert.Equal(port, chart.Get<V1Service>("Service", "storefront-service").Spec.Ports.Single().TargetPort.ToString());
        Assert.Equal(["15006", port], chart.Get<V1NetworkPolicy>("NetworkPolicy", "mesh-storefront").Spec.Ingress.Single().Ports.Select(p => p.Port.ToString()));
        Assert.Empty(Bootstrap(chart, "storefront").Probes!.Doors);
    }

    [Fact]
    public void InternalEndpoint_HasNoFrontDoor_ButADoorForItsProbeAndAClosedOneForPlainText()
    {
        var orders = Bootstrap(Chart(), "orders");

        Assert.Equal(["inbound/mesh=0.0.0.0:15006", "inbound/plain/http=0.0.0.0:15060"], orders.Listeners.Select(l => $"{l.Key}={l.Value}"));
        Assert.Equal("15060", Chart().Get<V1Service>("Service", "orders-service").Spec.Ports.Single(p => p.Name == "http").TargetPort.ToString());
        Assert.Equal(new ProbeDoor { Address = "0.0.0.0:8080", Path = "/health", Application = "http" }, Assert.Single(orders.Probes!.Doors));
        var probe = Pod("orders").Spec.Containers.Single().ReadinessProbe.HttpGet;
        Assert.Equal(("/health", "8080", "HTTP"), (probe.Path, probe.Port.ToString(), probe.Scheme));
        Assert.Equal(["15006", "15060"], Chart().Get<V1NetworkPolicy>("NetworkPolicy", "mesh-orders").Spec.Ingress.Single().Ports.Select(p => p.Port.ToString()));
    }

    // What the Pod Security Standard asks: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    [Fact]
    public void Containers_AllOfThem_PassPodSecurityRestricted()
    {
        var pods = Chart().Objects.Select(o => StrictReader.Read(o.Node)).OfType<V1Deployment>().Where(d => d.Metadata.Name != "k8s-dashboard-deployment").Select(d => d.Spec.Template.Spec).ToList();

        Assert.Equal(3, pods.Count);
        Assert.All(pods.SelectMany(p => p.Containers.Concat(p.InitContainers ?? [])), c =>
        {
            Assert.False(c.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(c.SecurityContext.RunAsNonRoot);
            Assert.Equal(["ALL"], c.SecurityContext.Capabilities.Drop);
            Assert.Equal("RuntimeDefault", c.SecurityContext.SeccompProfile.Type);
        });
    }

    [Fact]
    public void ControlPlane_RunsTwiceInANamespaceOfItsOwn()
    {
        var chart = Chart();

        var deployment = chart.Get<V1Deployment>("Deployment", "mesh-control-plane");
        Assert.Equal(("shop-mesh", 2), (deployment.Metadata.NamespaceProperty, deployment.Spec.Replicas));
        Assert.Equal("0", deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.ToString());
        Assert.Equal("1", chart.Get<V1PodDisruptionBudget>("PodDisruptionBudget", "mesh-control-plane").Spec.MaxUnavailable.ToString());
        Assert.Equal("restricted", chart.Get<V1Namespace>("Namespace", "shop-mesh").Metadata.Labels["pod-security.kubernetes.io/enforce"]);
        Assert.Equal([15010, 15014], chart.Get<V1Service>("Service", "mesh-control-plane").Spec.Ports.Select(p => p.Port));
        Assert.All(
            new[] { "ClusterRole", "ClusterRoleBinding" }.SelectMany(kind => chart.Objects.Where(o => ((ScalarNode)o.Node["kind"]!).Text == kind)),
            o => Assert.StartsWith("shop-mesh-", ((ScalarNode)((ObjectNode)o.Node["metadata"]!)["name"]!).Text, StringComparison.Ordinal));
    }

    [Fact]
    public void ControlPlane_MayTouchOnlyTheSecretAndTheConfigMapOfItsOwn()
    {
        var rules = Chart().Objects.Select(o => StrictReader.Read(o.Node)).SelectMany(o => o switch
        {
            V1Role role => role.Rules,
            V1ClusterRole role => role.Rules,
            _ => [],
        }).ToList();

        Assert.All(rules, r => Assert.DoesNotContain("*", r.Verbs.Concat(r.Resources).Concat(r.ApiGroups)));
        Assert.All(rules.Where(r => r.Resources.Any(x => x is "secrets" or "configmaps" or "leases") && !r.Verbs.SequenceEqual(["create"])), r => Assert.Single(r.ResourceNames));
    }

    [Fact]
    public void PeopleOfTheApi_HaveRolesThatAreBoundToNobody()
    {
        var chart = Chart();

        Assert.Equal(["get"], chart.Get<V1Role>("Role", "mesh-reader").Rules.Single().Verbs);
        Assert.Equal(["get", "update", "debug"], chart.Get<V1Role>("Role", "mesh-operator").Rules.Single().Verbs);
        Assert.DoesNotContain(chart.Objects.Select(o => StrictReader.Read(o.Node)).OfType<V1RoleBinding>(), b => b.RoleRef.Name is "mesh-reader" or "mesh-operator");
    }

    [Fact]
    public void Topology_IsPublishedAsObjects()
    {
        var chart = Chart();

        var storefront = (ServiceResource)CustomObjects.Read(chart.Node("Service", "storefront", "mesh.dev"));
        Assert.Equal("shop", storefront.Metadata.Namespace);
        Assert.Equal(["shop/orders/http"], storefront.Uses);
        Assert.True(storefront.Ports.Single().External);
        Assert.Equal("storefront in Mesh.Hosting.Kubernetes.Tests", storefront.Metadata.DeclaredAt["spec.uses[0]"]);
    }

    [Fact]
    public void Definitions_LieWhereHelmInstallsThemFirst()
    {
        Assert.Equal(CustomResourceDefinitions.Files.Keys.Select(n => $"crds/{n}"), app.Chart.Files.Where(f => f.StartsWith("crds/", StringComparison.Ordinal)));
        Assert.All(CustomResourceDefinitions.Files, f => Assert.NotNull(StrictReader.Read(RenderedChart.Parse(f.Value, f.Key).Single())));
    }

    [Fact]
    public void Chart_AsksForAClusterWithNativeSidecarsAndSleeps() => Assert.Contains("kubeVersion: \">= 1.30.0-0\"", app.Chart.Text("Chart.yaml"), StringComparison.Ordinal);

    [Fact]
    public void Publishing_WarnsOfNothing() => Assert.Empty(app.Chart.Warnings);

    private RenderedChart Chart() => RenderedChart.Of(app.Chart);

    private V1PodTemplateSpec Pod(string service) => Chart().Get<V1Deployment>("Deployment", $"{service}-deployment").Spec.Template;

    private static SidecarBootstrap Bootstrap(RenderedChart chart, string service) => JsonSerializer.Deserialize(
        chart.Get<V1Deployment>("Deployment", $"{service}-deployment").Spec.Template.Metadata.Annotations["mesh.dev/bootstrap"], BootstrapJson.Default.SidecarBootstrap)!;

    private static ControlPlaneSettings Settings(RenderedChart chart) => JsonSerializer.Deserialize(
        chart.Get<V1Deployment>("Deployment", "mesh-control-plane").Spec.Template.Metadata.Annotations["mesh.dev/settings"], BootstrapJson.Default.ControlPlaneSettings)!;
}
