using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>What a replica lets through to its app at a time, over real sidecars.</summary>
[Collection("Trio")]
public sealed class InboundBreakerTests(TrioFixture trio)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task MaxRequests_OfOneCaller_RefusesWhatIsOneTooMany()
    {
        var mesh = await trio.MeshAsync();
        var front = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("concurrency.yaml", TestMesh.Policy("CircuitBreaker", "receives", """
            targetRef: { kind: Service, name: back }
            rules:
            - matches: [{ service: front }]
              default: { connectionLimits: { maxRequests: 1 } }
            """));
        await Eventually.GetAsync(() => mesh.Api.GetStringAsync("api/v1/inspect/default/back"), text => text.Contains("1 for spiffe://", StringComparison.Ordinal), Soon);

        // However many replicas there are, and however soon they hear of it: more calls at a time than there are replicas.
        var refused = await Eventually.GetAsync(
            async () => (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => front.CallAsync("{BACK_HTTP}/slow/300")))).FirstOrDefault(answer => answer.Status == 503), answer => answer is not null, Soon);

        Assert.StartsWith("upstream_overflow; hop=back-", refused!.Header("mesh-error"), StringComparison.Ordinal);
        Assert.Contains("policy=CircuitBreaker default/receives rules[0]", refused.Header("mesh-error"), StringComparison.Ordinal);
    }
}
