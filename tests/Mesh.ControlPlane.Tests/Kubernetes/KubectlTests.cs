using System.Diagnostics;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Policies.Timeout;
using Mesh.Testing;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>A real kubectl at the hand-written API server: what people apply and delete arrives.</summary>
public sealed class KubectlTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await Cluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Kubectl_AppliesChangesAndDeletes_ThePolicyFollows()
    {
        if (MachineProgram.Find("kubectl") is not { } kubectl)
        {
            Assert.Skip("There is no kubectl; install it (Debian: apt-get install kubernetes-client).");
            return;
        }

        _cluster.Service("payments");
        _cluster.Service("web", "payments");
        _cluster.Pod("web-1", "web", "10.1.0.1");
        var host = await _cluster.RunPublishedAsync();
        await using var sidecar = await _cluster.ConnectAsync(host, "web", "web-1");

        await RunAsync(kubectl, "apply", "--validate=false", "-f", Policy("1s"));
        await sidecar.Sink.UntilAsync(s => Request(s) == TimeSpan.FromSeconds(1));

        await RunAsync(kubectl, "apply", "--validate=false", "-f", Policy("2s"));
        await sidecar.Sink.UntilAsync(s => Request(s) == TimeSpan.FromSeconds(2));
        await Eventually.IsAsync(() => Acknowledged() == "1", "its status");
        Assert.Contains("short", await RunAsync(kubectl, "get", "timeouts.mesh.dev", "-o", "name"), StringComparison.Ordinal);

        await RunAsync(kubectl, "delete", "timeouts.mesh.dev", "short", "--wait=false");
        await sidecar.Sink.UntilAsync(s => Request(s) is null);
        Assert.Empty(Cluster.Stored(host).InForce.OfType<TimeoutPolicy>());
    }

    private string? Acknowledged() => _cluster.Api.Objects.Find(Cluster.Path("timeouts", "short"))?["status"]?["proxies"]?["acknowledged"]?.ToString();

    private static TimeSpan? Request(RecordingSink sink) => sink.Snapshot?.RouteTables.SelectMany(t => t.Rules).Select(r => r.Timeouts.Request).SingleOrDefault(r => r is not null);

    private string Policy(string request) => _directory.Write("policy.yaml", $$"""
        apiVersion: mesh.dev/v1alpha1
        kind: Timeout
        metadata: { name: short, namespace: shop }
        spec:
          to:
            - targetRef: { kind: Service, name: payments }
              default: { request: {{request}} }
        """);

    private async Task<string> RunAsync(string kubectl, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(kubectl, ["--server", _cluster.Api.Address.ToString(), "--namespace", "shop", "--cache-dir", _directory.Path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KUBECONFIG"] = "/dev/null", ["HOME"] = _directory.Path },
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}
