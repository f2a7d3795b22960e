using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using k8s.Models;
using Mesh.EndToEnd.Tests.Machines;
using Mesh.Testing;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>Two services, published and run: a caller with a door for outsiders, and two replicas that answer it over HTTP and gRPC. Started by the first test that asks.</summary>
public sealed class CallerAndCallee : IAsyncDisposable
{
    private Task<CallerAndCallee>? _started;
    private PublishedCluster? _cluster;

    internal PublishedCluster Cluster => _cluster!;

    internal RunningPod Caller { get; private set; } = null!;

    /// <summary>The pods of the callee; who restarts one puts the new one in its place.</summary>
    internal RunningPod[] Callees { get; private set; } = [];

    internal Task<CallerAndCallee> StartedAsync() => _started ??= StartAsync();

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<CallerAndCallee> StartAsync()
    {
        _cluster = await PublishedCluster.StartAsync(Compose);
        var caller = _cluster.DeployAsync("caller-deployment");
        Callees = await _cluster.DeployAsync("callee-deployment");
        Caller = (await caller).Single();
        await UntilBothAnswerAsync();
        return this;
    }

    // That a pod is ready is told to the API server first, and from there to the caller.
    private async Task UntilBothAnswerAsync()
    {
        using var inCaller = ((IMachine)Caller.Sandbox).NewClient();
        var url = $"{Cluster.Objects.Get<V1ConfigMap>("ConfigMap", "caller-config").Data["services__callee__http__0"]}/who";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await Eventually.GetAsync(
            async () =>
            {
                using var call = await inCaller.PostAsJsonAsync(new Uri("http://127.0.0.1:18080/call"), new { url }, TestContext.Current.CancellationToken);
                seen.Add((await call.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!.ToJsonString());
                return seen;
            },
            all => Callees.All(c => all.Any(said => said.Contains(c.Name, StringComparison.Ordinal))),
            TimeSpan.FromSeconds(60),
            all => $"{string.Join('\n', all)}\n{string.Join("\n\n", Callees.Append(Caller).Select(p => p.Said))}");
    }

    private static void Compose(IDistributedApplicationBuilder builder)
    {
        builder.AddMesh("mesh", o => o.TrustDomain = "cluster.example");
        builder.AddKubernetesEnvironment("k8s").WithDashboard(false);
        var callee = builder.AddProject("callee", "none.csproj", p => p.ExcludeLaunchProfile = true)
            .WithHttpEndpoint()
            .WithHttpEndpoint(name: "grpc", env: "GRPC_PORT")
            .WithEndpoint("grpc", e => e.Transport = "http2")
            .WithReplicas(2)
            .WithHttpProbe(ProbeType.Readiness, "/health");
        builder.AddProject("caller", "none.csproj", p => p.ExcludeLaunchProfile = true)
            .WithHttpEndpoint()
            .WithExternalHttpEndpoints()
            .WithHttpProbe(ProbeType.Readiness, "/health")
            .WithReference(callee);
    }
}
