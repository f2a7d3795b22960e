using System.Text.Json;
using Mesh.Kubernetes.Injection;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Kubernetes.Pods;
using Mesh.Model.Bootstrap;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Kubernetes.Tests.Injection;

/// <summary>The sidecar in manifests that people wrote.</summary>
public sealed class InjectorTests
{
    private const string Shop = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web }
        spec:
          selector: { matchLabels: { app: web } }
          template:
            metadata:
              labels: { app: web }
              annotations: { mesh.dev/uses: "orders/grpc, other/stock/http", mesh.dev/external: http }
            spec:
              terminationGracePeriodSeconds: 60
              volumes: [{ name: cache, emptyDir: {} }]
              containers:
              - name: web
                image: example/web
                env: [{ name: OTHER, value: "1" }]
                ports: [{ name: http, containerPort: 8080 }]
                livenessProbe: { httpGet: { path: /alive, port: http } }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web }
        spec:
          selector: { app: web }
          ports: [{ name: http, port: 80, targetPort: http }]
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: orders }
        spec:
          template:
            metadata:
              labels: { app: orders }
              annotations: { mesh.dev/protocols: "api=http" }
            spec:
              containers:
              - name: orders
                image: example/orders
                ports: [{ name: grpc, containerPort: 5001 }, { name: api, containerPort: 5002 }]
                readinessProbe: { httpGet: { path: /ready, port: 5002 } }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: orders }
        spec:
          selector: { app: orders }
          ports: [{ port: 5001 }]
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: { name: nightly }
        spec:
          jobTemplate:
            spec:
              template:
                metadata: { annotations: { mesh.dev/uses: orders/grpc } }
                spec: { containers: [{ name: nightly, image: example/nightly }] }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: unrelated }
        data: { key: value }
        """;

    [Fact]
    public void Manifests_WithSidecars_AreAsTheGoldenFileShows()
    {
        var result = Inject(Shop);

        Assert.Empty(result.Violations);
        Golden.Check(ManifestText.Write(result.Objects), "injected.yaml");
    }

    [Fact]
    public void Pod_ItsBootstrap_ListensForWhomItCalls()
    {
        var web = Bootstrap(Inject(Shop), "Deployment", "web", "spec", "template");

        Assert.Equal("shop/web", web.Service);
        Assert.Equal("127.0.0.1:15102", web.Listeners["outbound/shop/orders/grpc"]);
        Assert.Equal("127.0.0.1:15101", web.Listeners["outbound/other/stock/http"]);
        Assert.Equal("127.0.0.1:8080", web.Applications["http"]);
        Assert.Equal("0.0.0.0:8081", web.Listeners["inbound/front/http"]);
        Assert.Equal(new ProbeDoor { Address = "0.0.0.0:15031", Path = "/ready", Application = "api" }, Assert.Single(Bootstrap(Inject(Shop), "StatefulSet", "orders", "spec", "template").Probes!.Doors));
    }

    [Fact]
    public void TcpProbe_IsAnsweredByTheSidecar()
    {
        var text = ManifestText.Write(Inject(Shop.Replace("httpGet: { path: /ready, port: 5002 }", "tcpSocket: { port: grpc }, periodSeconds: 7", StringComparison.Ordinal)).Objects);

        Assert.Contains("periodSeconds: 7\n          httpGet:\n            path: /app/grpc\n            port: 15020\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Job_ThatOnlyCalls_HasASidecarAndNoDoor()
    {
        var nightly = Bootstrap(Inject(Shop), "CronJob", "nightly", "spec", "jobTemplate", "spec", "template");

        Assert.Equal(["outbound/shop/orders/grpc"], nightly.Listeners.Keys);
    }

    [Fact]
    public void Variable_ThatTheManifestSetsItself_Stays_AndIsSaid()
    {
        var result = Inject(Shop.Replace("name: OTHER, value: \"1\"", "name: ORDERS_GRPC, value: \"http://orders:5001\"", StringComparison.Ordinal));

        Assert.Contains(result.Notes, n => n.StartsWith("web sets ORDERS_GRPC itself", StringComparison.Ordinal));
        Assert.Contains("http://orders:5001", ManifestText.Write(result.Objects), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mesh.dev/uses: orders/grpc", "mesh.dev/uses: orders", "names 'orders'; say service/port")]
    [InlineData("mesh.dev/uses: orders/grpc", "mesh.dev/uses: orders/rest", "has no endpoint 'rest'")]
    [InlineData("httpGet: { path: /ready, port: 5002 }", "grpc: { port: 5001 }", "has a gRPC probe")]
    [InlineData("\"api=http\"", "\"api=soap\"", "says 'soap' of api")]
    [InlineData("terminationGracePeriodSeconds: 60", "serviceAccountName: robot", "is 'robot', but the ServiceAccount is the identity")]
    [InlineData("terminationGracePeriodSeconds: 60", "initContainers: [{ name: mesh-proxy }]", "has the sidecar already")]
    public void Mistake_IsSaidWithItsPlace(string text, string mistake, string message)
    {
        var result = Inject(Shop.Replace(text, mistake, StringComparison.Ordinal));

        Assert.Empty(result.Objects);
        Assert.Contains(message, Assert.Single(result.Violations).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WorkloadThatWantsNone_StaysAsItIs()
    {
        const string Manifest = """
            apiVersion: v1
            kind: Pod
            metadata: { name: loner, annotations: { mesh.dev/inject: "false" } }
            spec: { containers: [{ name: loner, image: example/loner }] }
            """;

        Assert.Equal(JsonDocumentWriter.Write(Documents(Manifest).Single().Root), JsonDocumentWriter.Write(Assert.Single(Inject(Manifest).Objects)));
    }

    private static SidecarBootstrap Bootstrap(InjectionResult result, string kind, string name, params string[] path)
    {
        DocumentNode? node = result.Objects.Single(o => Text(o, "kind") == kind && Text((ObjectNode)o["metadata"]!, "name") == name);
        foreach (var part in path.Concat(["metadata", "annotations", MeshNames.BootstrapAnnotation]))
        {
            node = (node as ObjectNode)?[part];
        }

        return JsonSerializer.Deserialize(((ScalarNode)node!).Text, BootstrapJson.Default.SidecarBootstrap)!;
    }

    private static InjectionResult Inject(string manifests) => new Injector(new InjectionSettings(
        new SidecarSettings { Names = new MeshNames("mesh", "shop"), Image = new ImageSettings { Name = "mesh:test" }, TrustDomain = "shop.example" }, "shop")).Run(Documents(manifests));

    private static IEnumerable<MeshDocument> Documents(string manifests)
    {
        var read = DocumentReader.ReadYaml(manifests, "shop.yaml");
        Assert.Empty(read.Violations);
        return read.Documents;
    }

    private static string Text(ObjectNode node, string member) => ((ScalarNode)node[member]!).Text;
}
