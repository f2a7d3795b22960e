using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>What is written into the policy directory is what the mesh does, without a restart.</summary>
[Collection("Trio")]
public sealed class PolicyChangeTests(TrioFixture trio)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Route_Written_TakesEffectWithoutARestart()
    {
        var mesh = await trio.MeshAsync();
        var front = mesh.App("front");
        var before = await front.CallAsync("{BACK_HTTP}/echo/old/page");
        await using var policy = await mesh.WritePolicyAsync("route.yaml", TestMesh.Policy("HttpRoute", "moved", """
            targetRef: { kind: Mesh }
            to:
            - targetRef: { kind: Service, name: back }
              rules:
              - matches: [{ path: { type: PathPrefix, value: /echo/old } }]
                default:
                  filters:
                  - type: RequestRedirect
                    requestRedirect: { statusCode: 301, path: { type: ReplacePrefixMatch, replacePrefixMatch: /echo/new } }
              - matches: [{ path: { type: PathPrefix, value: / } }]
                default: {}
            """));

        var after = await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/echo/old/page"), r => r.Status == 301, Soon);

        Assert.Equal(200, before.Status);
        Assert.EndsWith("/echo/new/page", after.Header("location"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("service: front", 504)]
    [InlineData("spiffeId: { type: Prefix, value: spiffe://trio.local/ns/default/sa/front }", 504)]
    [InlineData("service: other", 200)]
    public async Task Timeout_ForOneCaller_BoundsThatCallerOnly(string caller, int expected)
    {
        var mesh = await trio.MeshAsync();
        var front = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("timeout.yaml", TestMesh.Policy("Timeout", "callers", $$"""
            targetRef: { kind: Service, name: back }
            rules:
            - matches: [{ {{caller}} }]
              default: { request: 300ms }
            """));
        await Eventually.GetAsync(
            () => mesh.Api.GetStringAsync("api/v1/inspect/default/back"), text => text.Contains("300ms for", StringComparison.Ordinal), Soon);

        var answer = await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/slow/1500"), r => r.Status == expected, Soon);

        Assert.Equal(expected == 504, answer.Header("mesh-error")?.StartsWith("request_timeout; hop=back-", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Weights_Changed_MoveTheSplit()
    {
        var mesh = await trio.MeshAsync();
        var back = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("split.yaml", Split(back: 100, missing: 0));
        await Eventually.GetAsync(() => back.CallAsync("{BACK_HTTP}/who"), r => r.Status == 200, Soon);

        await policy.RewriteAsync(Split(back: 50, missing: 50));
        await Eventually.GetAsync(() => back.CallAsync("{BACK_HTTP}/who"), r => r.Status == 500, Soon);
        var counts = await back.CountAsync(100, "{BACK_HTTP}/who", r => r.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));

        Assert.InRange(counts["200"], 49, 51);
        Assert.InRange(counts["500"], 49, 51);

        static string Split(int back, int missing) => TestMesh.Policy("HttpRoute", "split", $$"""
            targetRef: { kind: Mesh }
            to:
            - targetRef: { kind: Service, name: back }
              rules:
              - default:
                  backendRefs:
                  - { name: back, weight: {{back}} }
                  - { name: not-there, weight: {{missing}} }
            """);
    }

    [Fact]
    public async Task File_Broken_ChangesNothingAndIsReported()
    {
        var mesh = await trio.MeshAsync();
        var front = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("route.yaml", Header("first"));
        await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/who"), r => r.Header("x-from-route") == "first", Soon);

        await policy.RewriteAsync(Header("second").Replace("ResponseHeaderModifier", "ResponseHeaderMangler", StringComparison.Ordinal));
        var report = await Eventually.GetAsync(() => mesh.Api.GetStringAsync("api/v1/sources", TestContext.Current.CancellationToken), text => text.Contains("ResponseHeaderMangler", StringComparison.Ordinal), Soon);
        var still = await front.CallAsync("{BACK_HTTP}/who");

        Assert.Contains("route.yaml", report, StringComparison.Ordinal);
        Assert.Equal("first", still.Header("x-from-route"));

        static string Header(string value) => TestMesh.Policy("HttpRoute", "header", $$"""
            targetRef: { kind: Mesh }
            to:
            - targetRef: { kind: Service, name: back }
              rules:
              - default:
                  filters:
                  - type: ResponseHeaderModifier
                    responseHeaderModifier: { set: [{ name: x-from-route, value: {{value}} }] }
            """);
    }

    [Fact]
    public async Task Permission_RevokedTogetherWithABrokenRoute_IsRevoked()
    {
        var mesh = await trio.MeshAsync();
        var front = mesh.App("front");
        var before = await front.CallAsync("{BACK_HTTP}/who");

        await using var policy = await mesh.WritePolicyAsync("set.yaml", TestMesh.Policy("TrafficPermission", "revoked", """
            targetRef: { kind: Service, name: back }
            rules:
            - default:
                deny: [{ service: front }]
            """) + "\n---\n" + TestMesh.Policy("HttpRoute", "broken", """
            targetRef: { kind: Mesh }
            to:
            - targetRef: { kind: Service, name: back }
              rules: [{ matches: [{ path: { type: Nearly, value: / } }] }]
            """));
        var after = await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/who"), r => r.Status == 403, Soon);

        Assert.Equal(200, before.Status);
        Assert.Contains("revoked", after.Header("mesh-error"), StringComparison.Ordinal);
        Assert.Contains("Nearly", await mesh.Api.GetStringAsync("api/v1/sources", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edge_TakenOutOfMeshYaml_IsRefusedByNameUntilItIsBack()
    {
        await using var mesh = await MeshUp.StartAsync(TestMesh.FrontBackOther);
        var front = mesh.App("front");
        await front.ReachesAsync("{BACK_HTTP}/who");
        var before = await front.CallAsync("{BACK_HTTP}/who");

        var line = TestMesh.FrontBackOther.Split('\n').Index().First(l => l.Item.Contains("uses: [back]", StringComparison.Ordinal)).Index + 1;
        var inspected = await mesh.Api.GetStringAsync("api/v1/inspect/default/front", TestContext.Current.CancellationToken);

        await mesh.RewriteAppFileAsync(TestMesh.FrontBackOther.Replace("uses: [back]", "uses: []", StringComparison.Ordinal));
        var after = await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/who"), r => r.Header("mesh-error")?.StartsWith("edge_revoked", StringComparison.Ordinal) == true, Soon);
        await mesh.RewriteAppFileAsync(TestMesh.FrontBackOther);
        var again = await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/who"), r => r.Status == 200, Soon);

        Assert.Equal(200, before.Status);
        Assert.Contains($"mesh.yaml:{line}", inspected, StringComparison.Ordinal);
        Assert.DoesNotContain("topology/", inspected, StringComparison.Ordinal);
        Assert.Equal(403, after.Status);
        Assert.Contains($"hop=front-0; policy=default deny since Edge front -> back (mesh.yaml:{line}) was removed", after.Header("mesh-error"), StringComparison.Ordinal);
        Assert.Contains("Declare again that the caller uses this service", after.Body, StringComparison.Ordinal);
        Assert.Equal(200, again.Status);
    }
}
