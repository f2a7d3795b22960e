using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

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
        return this;
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
