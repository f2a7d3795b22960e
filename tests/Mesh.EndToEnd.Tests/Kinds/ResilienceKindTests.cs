using System.Globalization;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Kinds;

/// <summary>What callers do about replicas that are slow, fail or die, over real processes.</summary>
[Collection("Trio")]
public sealed class ResilienceKindTests(KindsFixture kinds)
{
    [Fact]
    public async Task TimeoutAndRetry_SlowAndFailingCalls_AreBoundedAndMadeThreeTimes()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        await using var timeout = await mesh.WritePolicyAsync("timeout.yaml", To("Timeout", "next", "request: 300ms"));
        await using var retry = await mesh.WritePolicyAsync("retry.yaml", To("Retry", "next", "http: { numRetries: 2, retryOn: [5xx], backOff: { base: 1ms } }"));

        var slow = await KindsFixture.UntilAsync(() => front.CallAsync("{NEXT_HTTP}/slow/1500"), r => r.Status == 504);
        var tries = 0;
        await KindsFixture.UntilAsync(async () => await front.CallAsync($"{{NEXT_HTTP}}/fail-and-count/{++tries}") with { Body = (await CountAsync()).Body }, r => r.Body == "3");

        Assert.StartsWith("request_timeout; hop=front-0; policy=Timeout default/next", slow.Header("mesh-error"), StringComparison.Ordinal);

        Task<CallResult> CountAsync() => front.CallAsync($"{{NEXT_HTTP}}/count/{tries}");
    }

    [Fact]
    public async Task OutlierDetection_ReplicaThatFails_IsLeftOutUntilItIsKilledAndThePolicyGoes()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        var (sick, process) = await SickenAsync(front);
        await using (await mesh.WritePolicyAsync("outliers.yaml", To("CircuitBreaker", "back", "outlierDetection: { maxEjectionPercent: 50, baseEjectionTime: 5m, detectors: { totalFailures: { consecutive: 2 } } }")))
        {
            var answers = await KindsFixture.UntilAllAsync(() => front.CallAsync("{BACK_HTTP}/work"), all => all.All(a => a.Status == 200));

            Assert.DoesNotContain(answers, a => a.Header("x-replica") == sick);
            mesh.Kill(process);
        }

        await BothServeAsync(front);
    }

    [Fact]
    public async Task HealthCheck_ReplicaThatIsNotWell_IsNotCalledUntilItIs()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        await BothServeAsync(front);
        await using var policy = await mesh.WritePolicyAsync("health.yaml", To("HealthCheck", "back", "interval: 100ms, noTrafficInterval: 100ms, timeout: 5s, unhealthyThreshold: 1, http: { path: /well }"));

        var (sick, process) = await SickenAsync(front);
        await KindsFixture.UntilAllAsync(() => front.CallAsync("{BACK_HTTP}/who"), all => all.All(a => a.Status == 200 && a.Header("x-replica") != sick));
        mesh.Kill(process);

        await BothServeAsync(front);
    }

    private static async Task<(string Replica, int Process)> SickenAsync(App front)
    {
        var answer = await front.CallAsync("{BACK_HTTP}/sick", "POST");
        return (answer.Header("x-replica")!, int.Parse(answer.Body, CultureInfo.InvariantCulture));
    }

    private static Task BothServeAsync(App front) => KindsFixture.UntilAllAsync(
        () => front.CallAsync("{BACK_HTTP}/work"), all => all.All(a => a.Status == 200) && all.Select(a => a.Header("x-replica")).Distinct().Count() == 2);

    private static string To(string kind, string service, string settings) => TestMesh.Policy(kind, service, $$"""
        targetRef: { kind: Mesh }
        to:
        - targetRef: { kind: Service, name: {{service}} }
          default: { {{settings}} }
        """);
}
