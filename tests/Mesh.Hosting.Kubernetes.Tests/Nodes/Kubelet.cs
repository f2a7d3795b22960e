using System.Net.Security;
using System.Text.Json.Nodes;
using k8s.Models;
using Mesh.EndToEnd.Tests.Machines;
using Mesh.Testing;
using Mesh.Testing.Kubernetes;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>
/// Starts pods as a kubelet does and tells the API server of them. Volumes, variables, users, read-only roots, order, probes and lifecycle are as the pod says; there are no limits of memory and CPU
/// and no seccomp filter, and probes are asked more often.
/// </summary>
internal sealed class Kubelet : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Node _node;
    private readonly FakeKubernetes _api;
    private readonly string _clusterRoots;
    private readonly List<string> _hosts = [];

    /// <param name="node">Where pods are.</param>
    /// <param name="api">The API server, at the node's address.</param>
    /// <param name="clusterRoots">The roots of its certificate, PEM.</param>
    public Kubelet(Node node, FakeKubernetes api, string clusterRoots)
    {
        (_node, _api, _clusterRoots) = (node, api, clusterRoots);
        FromNode = Client(node.Own);
    }

    /// <summary>A client as probes are sent: from the node, and certificates are not looked at.</summary>
    public HttpClient FromNode { get; }

    /// <summary>Gives the lines of <c>/etc/hosts</c>, which stand for the cluster's names, by the number of the pod.</summary>
    public required Func<int, string> Hosts { get; init; }

    /// <summary>Writes them anew for every pod.</summary>
    public void NamesChanged()
    {
        lock (_hosts)
        {
            for (var i = 0; i < _hosts.Count; i++)
            {
                File.WriteAllText(_hosts[i], Hosts(i));
            }
        }
    }

    /// <summary>Starts a pod and waits until it is ready.</summary>
    /// <param name="template">The pod.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="name">Its name.</param>
    public async Task<RunningPod> RunAsync(V1PodTemplateSpec template, string ns, string name)
    {
        var sandbox = await _node.AddAsync();
        var pod = new RunningPod(template, ns, name, sandbox, _api);
        pod.Tell(isReady: false);
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name));
        var volumes = new PodVolumes(_api, folder.CreateSubdirectory("volumes").FullName, _clusterRoots);
        await volumes.MakeAsync(template, ns, name);
        var hosts = AddHosts(folder.FullName);
        foreach (var spec in template.Spec.InitContainers ?? [])
        {
            Assert.Equal("Always", spec.RestartPolicy);
            var sidecar = await StartAsync(spec);
            pod.Sidecars.Add(sidecar);
            await sidecar.PassAsync(spec.StartupProbe, sandbox, FromNode);
        }

        foreach (var spec in template.Spec.Containers)
        {
            var container = await StartAsync(spec);
            pod.Containers.Add(container);
            foreach (var probe in new[] { spec.StartupProbe, spec.ReadinessProbe }.OfType<V1Probe>())
            {
                await container.PassAsync(probe, sandbox, FromNode);
            }
        }

        pod.Tell(isReady: true);
        return pod;

        Task<Container> StartAsync(V1Container spec) =>
            Container.StartAsync(spec, template, sandbox, volumes, folder.CreateSubdirectory($"root-{spec.Name}").FullName, hosts, Variables(spec, ns, name, sandbox));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        FromNode.Dispose();
        _folder.Dispose();
    }

    private string AddHosts(string folder)
    {
        var file = Path.Combine(folder, "hosts");
        lock (_hosts)
        {
            File.WriteAllText(file, Hosts(_hosts.Count));
            _hosts.Add(file);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        return file;
    }

    /// <summary>A client whose connections begin in a sandbox and that looks at no certificate.</summary>
    private static HttpClient Client(IMachine from) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero, // a probe is a connection
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        ConnectCallback = from.ConnectAsync,
    });

    private Dictionary<string, string> Variables(V1Container spec, string ns, string name, Sandbox sandbox)
    {
        // HOME is what container runtimes give a user that the image does not know.
        var variables = new Dictionary<string, string> { ["HOME"] = "/", ["KUBERNETES_SERVICE_HOST"] = _node.Own.Address, ["KUBERNETES_SERVICE_PORT"] = "6443" };
        foreach (var from in spec.EnvFrom ?? [])
        {
            var source = from.ConfigMapRef is { } map ? _api.Objects.Find($"api/v1/namespaces/{ns}/configmaps/{map.Name}")!["data"] : _api.Objects.Find($"api/v1/namespaces/{ns}/secrets/{from.SecretRef.Name}")!["stringData"];
            foreach (var (key, value) in source as JsonObject ?? [])
            {
                variables[key] = (string)value!;
            }
        }

        foreach (var variable in spec.Env ?? [])
        {
            variables[variable.Name] = variable.ValueFrom?.FieldRef.FieldPath switch
            {
                null => variable.Value,
                "metadata.name" => name,
                "metadata.namespace" => ns,
                "status.podIP" => sandbox.Address,
                var other => throw new NotSupportedException($"{other} is not known to this kubelet."),
            };
        }

        return variables;
    }
}
