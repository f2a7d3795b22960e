using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;
using Mesh.Testing.Kubernetes;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>A fake API server and the control planes that serve its namespace <c>shop</c>.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly List<ControlPlaneHost> _hosts = [];
    private readonly List<TemporaryDirectory> _directories = [];

    private Cluster(FakeKubernetes api) => Api = api;

    public FakeKubernetes Api { get; }

    public static async Task<Cluster> StartAsync() => new(await FakeKubernetes.StartAsync());

    /// <summary>Starts a replica of the control plane, with a state directory of its own.</summary>
    public async Task<ControlPlaneHost> RunAsync(Func<ControlPlaneSettings, ControlPlaneSettings>? change = null)
    {
        var directory = new TemporaryDirectory();
        _directories.Add(directory);
        var settings = Settings(directory);
        var host = await ControlPlaneHost.StartAsync(change?.Invoke(settings) ?? settings);
        _hosts.Add(host);
        return host;
    }

    /// <summary>The same, once it serves what was declared.</summary>
    public async Task<ControlPlaneHost> RunPublishedAsync()
    {
        var host = await RunAsync();
        await host.Services.GetRequiredService<MeshCompiler>().FirstPublished.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Declares a service with a port <c>http</c>.</summary>
    public void Service(string name, params string[] uses) => Document("services", name, $$"""{ "ports": [ { "name": "http", "protocol": "http" } ], "uses": [{{string.Join(", ", uses.Select(u => $"\"{u}\""))}}] }""");

    /// <summary>A pod of a service as kubelet and scheduler leave it.</summary>
    public void Pod(string name, string service, string? ip, bool ready = true, bool ending = false, string? account = null, string phase = "Running", string node = "") => Api.Objects.Put($"api/v1/namespaces/shop/pods/{name}", $$"""
        {
          "metadata": { "labels": { "mesh.dev/service": "{{service}}", "mesh.dev/mesh": "mesh" }, "creationTimestamp": "2026-01-02T03:04:05Z"{{(ending ? ", \"deletionTimestamp\": \"2026-01-02T03:05:05Z\"" : "")}} },
          "spec": { "serviceAccountName": "{{account ?? service}}", "nodeName": "{{node}}" },
          "status": { "phase": "{{phase}}"{{(ip is null ? "" : $", \"podIP\": \"{ip}\"")}}, "conditions": [ { "type": "Ready", "status": "{{(ready ? "True" : "False")}}" } ] }
        }
        """);

    /// <summary>A node in a zone.</summary>
    public void Node(string name, string zone) => Api.Objects.Put($"api/v1/nodes/{name}", $$"""{ "metadata": { "labels": { "topology.kubernetes.io/zone": "{{zone}}" } } }""");

    /// <summary>Somebody else leads and does nothing: what happens then is what every replica does.</summary>
    public void HoldLease() => Api.Objects.Put(
        "apis/coordination.k8s.io/v1/namespaces/shop-mesh/leases/mesh-control-plane", """{ "spec": { "holderIdentity": "another", "leaseDurationSeconds": 3600 } }""");

    /// <summary>The pod of a replica of the control plane.</summary>
    public void ControlPlanePod(string name, ControlPlaneHost host) =>
        Api.Objects.Put($"api/v1/namespaces/shop-mesh/pods/{name}", ControlPlaneJson(host.Addresses.Grpc!.Host, host.Addresses.Grpc.Port));

    public static string ControlPlaneJson(string ip, int port) => $$"""
        {
          "metadata": { "labels": { "app.kubernetes.io/component": "control-plane", "mesh.dev/mesh": "mesh" } },
          "spec": { "containers": [ { "name": "control-plane", "ports": [ { "name": "grpc", "containerPort": {{port}} } ] } ] },
          "status": { "phase": "Running", "podIP": "{{ip}}" }
        }
        """;

    /// <summary>A sidecar of a pod, with an SVID that its projected token brought it.</summary>
    public async Task<FakeSidecar> EnrollAsync(ControlPlaneHost host, string service, string pod)
    {
        var sidecar = FakeSidecar.Unknown(host);
        await sidecar.SignAsync(Api.Reviews.Issue($"shop/{service}", pod));
        return sidecar;
    }

    /// <summary>The same, with a discovery stream.</summary>
    public async Task<ConnectedSidecar> ConnectAsync(ControlPlaneHost host, string service, string pod) =>
        ConnectedSidecar.Start(await EnrollAsync(host, service, pod), new ServiceId("shop", service), pod);

    /// <summary>Asks a replica of the control plane's API as an account of the cluster.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(ControlPlaneHost host, string who, HttpMethod method, string path, string? body = null)
    {
        using var http = host.Client(Api.Reviews.Issue(who));
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    /// <summary>Writes a document as whoever applies it would.</summary>
    public void Document(string plural, string name, string spec, string metadata = "{}") => Api.Objects.Put(Path(plural, name), $$"""{ "metadata": {{metadata}}, "spec": {{spec}} }""");

    public static string Path(string plural, string name) => $"apis/mesh.dev/v1alpha1/namespaces/shop/{plural}/{name}";

    public static StoredConfiguration Stored(ControlPlaneHost host) => host.Services.GetRequiredService<ConfigurationStore>().Current;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        await Api.DisposeAsync();
        _directories.ForEach(d => d.Dispose());
    }

    private ControlPlaneSettings Settings(TemporaryDirectory directory) => ControlPlaneHost.Settings(directory) with
    {
        Sources = [],
        ApiTokens = [],
        Kubernetes = new KubernetesSettings { Namespaces = ["shop"], SystemNamespace = "shop-mesh", Server = Api.Address.ToString(), TokenFile = "/nowhere" },
    };
}
