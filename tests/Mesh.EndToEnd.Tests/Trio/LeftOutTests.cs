using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>What a sidecar leaves out is seen in the control plane, over real processes.</summary>
[Collection("Trio")]
public sealed class LeftOutTests(TrioFixture trio)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Replica_ThatItsCallerLeavesOut_IsShownWithCallerAndReason()
    {
        var mesh = await trio.MeshAsync();
        var front = mesh.App("front");
        await using (await mesh.WritePolicyAsync("outliers.yaml", TestMesh.Policy("CircuitBreaker", "outliers", """
            to:
            - targetRef: { kind: Service, name: back }
              default: { outlierDetection: { baseEjectionTime: 10m, maxEjectionTime: 10m, detectors: { totalFailures: { consecutive: 1 } } } }
            """)))
        {
            var shown = await Eventually.GetAsync(
                async () =>
                {
                    await front.CallAsync("{BACK_HTTP}/status/500");
                    return await mesh.Api.GetStringAsync("api/v1/endpoints");
                },
                text => text.Contains("ejected", StringComparison.Ordinal),
                Soon);

            Assert.Contains("\"name\":\"default/front#front", shown, StringComparison.Ordinal);
            Assert.Contains("\"reason\":\"failures\"", shown, StringComparison.Ordinal);
        }

        await Eventually.GetAsync(() => mesh.Api.GetStringAsync("api/v1/endpoints"), text => !text.Contains("ejected", StringComparison.Ordinal), Soon);
    }
}
