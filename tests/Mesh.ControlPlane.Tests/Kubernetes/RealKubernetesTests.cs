using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Grpc.Core;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Bootstrap;
using Mesh.Testing.Kubernetes;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>The whole way against a real kube-apiserver: definitions, documents, status, pods, tokens, the authority, roots. What the hand-written exchanges claim, it has to say as well.</summary>
public sealed class RealKubernetesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ControlPlane_AtARealApiServer_ServesWhatItsObjectsSay()
    {
        if (RealKubernetes.Programs is not { } programs)
        {
            Assert.Skip("KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd; setup-envtest of controller-runtime brings one.");
            return;
        }

        await using var server = await RealKubernetes.StartAsync(programs, Stop);
        var cluster = new KubernetesSettings
        {
            Namespaces = ["shop"],
            SystemNamespace = "shop-mesh",
            Server = server.Address.ToString(),
            TokenFile = server.TokenFile,
            CertificateAuthorityFile = server.RootsFile,
        };
        using var connection = new KubernetesConnection(cluster, TimeProvider.System);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var api = new KubernetesApi(connection, new ControlPlaneMetrics(services.GetRequiredService<IMeterFactory>()), TimeProvider.System);
        await api.CreateAsync("api/v1/namespaces", Json("""{ "metadata": { "name": "shop" } }"""), Stop);
        await api.CreateAsync("api/v1/namespaces", Json("""{ "metadata": { "name": "shop-mesh" } }"""), Stop);
        var settings = ControlPlaneHost.Settings(_directory) with { Sources = [], ApiTokens = [], Kubernetes = cluster };
        await using var host = await ControlPlaneHost.StartPublishedAsync(settings);

        // A document: made, read, its status written, a wrong one refused by the definition.
        await api.CreateAsync(ObjectPath.Document("Service", "shop").Collection, Document("Service", "orders", """{ "ports": [ { "name": "http", "protocol": "http" } ] }"""), Stop);
        await Eventually.IsAsync(() => Cluster.Stored(host).InForce.Any(r => r.Metadata.Name == "orders"), "the service");
        await Eventually.IsAsync(async () => (string?)(await api.GetAsync(ObjectPath.Document("Service", "shop").Object("orders"), Stop))["status"]?["conditions"]?[0]?["status"] == "True", "its status");
        var refused = await Assert.ThrowsAsync<KubernetesException>(() =>
            api.CreateAsync(ObjectPath.Document("Service", "shop").Collection, Document("Service", "wrong", """{ "ports": [ { "name": "http", "protocol": "smoke" } ] }"""), Stop));
        Assert.Equal(422, (int)refused.Status!);

        // A pod and its token.
        await api.CreateAsync("api/v1/namespaces/shop/serviceaccounts", Json("""{ "metadata": { "name": "orders" } }"""), Stop);
        var pod = await api.CreateAsync(ObjectPath.Pods("shop").Collection, Json("""
            {
              "metadata": { "name": "orders-1", "labels": { "mesh.dev/service": "orders", "mesh.dev/mesh": "mesh" } },
              "spec": { "serviceAccountName": "orders", "containers": [ { "name": "app", "image": "app" } ] }
            }
            """), Stop);
        await api.PatchAsync($"{ObjectPath.Pods("shop").Object("orders-1")}/status", Json("""
            { "status": { "phase": "Running", "podIP": "10.1.0.1", "podIPs": [ { "ip": "10.1.0.1" } ], "conditions": [ { "type": "Ready", "status": "True" } ] } }
            """), Stop);
        await Eventually.IsAsync(() => host.Services.GetRequiredService<IReplicaSource>().Replicas is [{ Replica: { Name: "orders-1", ReadyPorts.Count: 1 } }], "the replica");
        using var sidecar = FakeSidecar.Unknown(host);
        await sidecar.SignAsync(await TokenAsync(api, pod, "mesh"));
        using var other = FakeSidecar.Unknown(host);
        var ofAnotherAudience = await TokenAsync(api, pod, "https://kubernetes.default.svc");
        await Assert.ThrowsAsync<RpcException>(() => other.SignAsync(ofAnotherAudience));

        // What the leader keeps up.
        await Eventually.IsAsync(async () => ((string?)(await api.FindAsync(ObjectPath.ConfigMaps("shop").Object("mesh-roots"), Stop))?["data"]?["roots.pem"])?.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal) == true, "the roots");
        Assert.NotNull(await api.FindAsync(ObjectPath.Secrets("shop-mesh").Object("mesh-authority"), Stop));
        Assert.NotNull(await api.FindAsync(ObjectPath.Leases("shop-mesh").Object("mesh-control-plane"), Stop));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<string> TokenAsync(KubernetesApi api, JsonObject pod, string audience) => (string)(await api.CreateAsync(
        "api/v1/namespaces/shop/serviceaccounts/orders/token",
        Json($$"""
            {
              "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
              "spec": { "audiences": [ "{{audience}}" ], "expirationSeconds": 600, "boundObjectRef": { "kind": "Pod", "apiVersion": "v1", "name": "orders-1", "uid": "{{pod["metadata"]!["uid"]}}" } }
            }
            """),
        Stop))["status"]!["token"]!;

    private static JsonObject Document(string kind, string name, string spec) => Json($$"""{ "apiVersion": "mesh.dev/v1alpha1", "kind": "{{kind}}", "metadata": { "name": "{{name}}" }, "spec": {{spec}} }""");

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;
}
