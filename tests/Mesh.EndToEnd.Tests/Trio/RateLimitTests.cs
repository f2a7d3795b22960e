using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>What a replica takes in, over real sidecars.</summary>
[Collection("Trio")]
public sealed class RateLimitTests(TrioFixture trio)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Limit_OfOneRouteOfOneCaller_RefusesThatAloneAndSaysWhy()
    {
        var mesh = await trio.MeshAsync();
        var front = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("limit.yaml", TestMesh.Policy("RateLimit", "callers", """
            targetRef: { kind: Service, name: back }
            rules:
            - matches: [{ service: front }]
              default:
                http:
                  routes:
                  - name: echo
                    matches: [{ path: { type: PathPrefix, value: /echo/limited } }]
                    requestRate: { num: 2, interval: 24h }
            """));

        // Replicas count each for themselves, and how many there are is not this test's business.
        var refused = await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/echo/limited/x"), r => r.Status == 429, Soon);
        var other = await front.CallAsync("{BACK_HTTP}/echo/free");

        Assert.Equal(200, other.Status);
        Assert.StartsWith("rate_limited; hop=back-", refused.Header("mesh-error"), StringComparison.Ordinal);
        Assert.Contains("policy=RateLimit default/callers rules[0]", refused.Header("mesh-error"), StringComparison.Ordinal);
        Assert.Equal("\"echo\";q=2;w=86400", refused.Header("ratelimit-policy"));
        Assert.InRange(int.Parse(refused.Header("retry-after")!, System.Globalization.CultureInfo.InvariantCulture), 1, 43_200);
    }
}
