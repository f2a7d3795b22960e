using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Aspire.Hosting;
using k8s.Models;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Testing.Kubernetes;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>A node and an API server on which a published chart was installed: its objects are there and its pods run.</summary>
internal sealed class PublishedCluster : IAsyncDisposable
{
    private const string Namespace = "shop";

    private readonly PublishedChart _chart;
    private readonly Node _node;
    private readonly Kubelet _kubelet;
    private readonly X509Certificate2 _certificate;
    private int _named;

    private PublishedCluster(PublishedChart chart, Node node, X509Certificate2 certificate, FakeKubernetes api)
    {
        (_chart, _node, _certificate, Api) = (chart, node, certificate, api);
        _kubelet = new Kubelet(node, api, certificate.ExportCertificatePem()) { Hosts = Hosts };
    }

    /// <summary>The API server.</summary>
    public FakeKubernetes Api { get; }

    /// <summary>The chart as it was installed.</summary>
    public RenderedChart Objects => field ??= RenderedChart.Of(_chart, Namespace);

    /// <summary>The node.</summary>
    public Sandbox Node => _node.Own;

    /// <summary>A client as the kubelet's.</summary>
    public HttpClient FromNode => _kubelet.FromNode;

    /// <summary>The pods of the control plane.</summary>
    public ImmutableList<RunningPod> ControlPlanes { get; private set; } = [];

    /// <summary>Publishes an app and starts it; the test skips where that cannot be.</summary>
    public static async Task<PublishedCluster> StartAsync(Action<IDistributedApplicationBuilder> compose)
    {
        var node = await Nodes.Node.CreateAsync();
        var certificate = ClusterCertificate.For(IPAddress.Parse(node.Own.Address));
        var api = await FakeKubernetes.StartAsync(new IPEndPoint(IPAddress.Parse(node.Own.Address), 6443), node.Own.NewSocket, certificate);
        var cluster = new PublishedCluster(await PublishedChart.CreateAsync(compose), node, certificate, api);
        try
        {
            cluster.Install();
            cluster.ControlPlanes = [.. await cluster.DeployAsync("mesh-control-plane", "shop-mesh")];
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts all pods of a Deployment and waits until they are ready.</summary>
    public async Task<RunningPod[]> DeployAsync(string deployment, string ns = Namespace)
    {
        var spec = Deployment(deployment);
        return await Task.WhenAll(Enumerable.Range(0, spec.Replicas ?? 1).Select(_ => RunAsync(deployment, ns)));
    }

    /// <summary>Starts one pod of a Deployment and waits until it is ready.</summary>
    public Task<RunningPod> RunAsync(string deployment, string ns = Namespace) =>
        _kubelet.RunAsync(Deployment(deployment).Template, ns, $"{deployment}-{Interlocked.Increment(ref _named)}");

    /// <summary>Replaces a control plane as its Deployment does: the next one is ready before this one is told to end.</summary>
    public async Task ReplaceAsync(RunningPod controlPlane)
    {
        ControlPlanes = ControlPlanes.Add(await RunAsync("mesh-control-plane", $"{Namespace}-mesh")).Remove(controlPlane);
        _kubelet.NamesChanged();
        await controlPlane.EndAsync();
    }

    /// <summary>A pod that is not of the mesh: an address and nothing else.</summary>
    public Task<Sandbox> StrangerAsync() => _node.AddAsync();

    /// <summary>Writes an object of the mesh, as kubectl does.</summary>
    public void Apply(string kind, string name, string spec) => Api.Objects.Put(Path(kind, name), $$"""{ "metadata": {}, "spec": {{spec}} }""");

    /// <summary>Takes an object of the mesh away.</summary>
    public void Delete(string kind, string name) => Api.Objects.Delete(Path(kind, name));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await Api.DisposeAsync();
        _kubelet.Dispose();
        _certificate.Dispose();
        _chart.Dispose();
    }

    private static string Path(string kind, string name) => $"apis/mesh.dev/v1alpha1/namespaces/{Namespace}/{CustomResourceNames.PluralOf(kind)}/{name}";

    private V1DeploymentSpec Deployment(string name) => Objects.Get<V1Deployment>("Deployment", name).Spec;

    private void Install()
    {
        Api.Objects.NeedsDefinitions = true;
        foreach (var file in _chart.Files.Where(f => f.StartsWith("crds/", StringComparison.Ordinal)))
        {
            var definition = RenderedChart.Parse(_chart.Text(file), file).Single();
            Api.Objects.Put($"apis/apiextensions.k8s.io/v1/customresourcedefinitions/{Text((ObjectNode)definition["metadata"]!, "name")}", JsonDocumentWriter.Write(definition));
        }

        foreach (var (_, o) in Objects.Objects)
        {
            var (kind, name) = (Text(o, "kind"), Text((ObjectNode)o["metadata"]!, "name"));
            var path = kind switch
            {
                _ when Text(o, "apiVersion") == Model.Resources.DeclaredResource.ApiVersion => Path(kind, name),
                "ConfigMap" => $"api/v1/namespaces/{Namespace}/configmaps/{name}",
                "Secret" => $"api/v1/namespaces/{Namespace}/secrets/{name}",
                _ => null,
            };
            if (path is not null)
            {
                Api.Objects.Put(path, JsonDocumentWriter.Write(o));
            }
        }
    }

    // What DNS and the Service do together: each pod is led to one of the control planes first, and to the other one when that does not answer.
    private string Hosts(int pod)
    {
        var all = ControlPlanes;
        return string.Join('\n', all.Select((_, i) => all[(i + pod) % all.Count]).Select(p => $"{p.Sandbox.Address} mesh-control-plane.{Namespace}-mesh.svc").Prepend("127.0.0.1 localhost"));
    }

    private static string Text(ObjectNode node, string member) => ((ScalarNode)node[member]!).Text;
}
