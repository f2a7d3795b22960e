using Mesh.Model.Compilation;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>
/// Kuma's order, for every kind whose settings are folded: who is heard, who is named for it, and who is named as overruled. A new kind is a line of <see cref="Kinds"/>.
/// </summary>
public sealed class OriginTableTests
{
    private const int EntryLine = 5;

    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", uses: ["shop/orders/*"], labels: [("tier", "front")])
        .Service("shop/orders", ports: ["http", "rpc:grpc", "db:tcp"], labels: [("tier", "back")]);

    // Kind, where the setting is kept, its name, how documents say it with two values, and the two values as they are shown.
    private static readonly (string Kind, string Where, string Setting, string One, string Other, string ShowsOne, string ShowsOther)[] Kinds =
    [
        ("Timeout", "outbound/shop/orders/http", "timeout.request", "{request: 1s}", "{request: 2s}", "1s", "2s"),
        ("Timeout", "cluster/shop/orders/http", "timeout.connect", "{connect: 1s}", "{connect: 2s}", "1s", "2s"),
        ("Timeout", "outbound/shop/orders/db", "timeout.idle", "{idle: 1m}", "{idle: 0s}", "1m", "0s"),
        ("Retry", "outbound/shop/orders/http", "retry.http.numRetries", "{http: {numRetries: 1}}", "{http: {numRetries: 5}}", "1", "5"),
        ("Retry", "outbound/shop/orders/http", "retry.http.retryOn", "{http: {retryOn: [Reset]}}", "{http: {retryOn: [5xx, 409]}}", "Reset", "5xx, 409"),
        ("Retry", "outbound/shop/orders/http", "retry.http.retriableResponseHeaders", "{http: {retriableResponseHeaders: []}}", "{http: {retriableResponseHeaders: [{name: x-again, type: Present}, {name: x-why, type: Prefix, value: l}]}}", "none", "x-again Present, x-why Prefix l"),
        ("Retry", "outbound/shop/orders/http", "retry.http.rateLimitedBackOff.resetHeaders", "{http: {rateLimitedBackOff: {resetHeaders: [{name: retry-after}]}}}", "{http: {rateLimitedBackOff: {resetHeaders: [{name: a}, {name: b, format: UnixTimestamp}]}}}", "retry-after", "a, b"),
        ("Retry", "outbound/shop/orders/rpc", "retry.grpc.backOff.base", "{grpc: {backOff: {base: 1s}}}", "{grpc: {backOff: {base: 2s}}}", "1s", "2s"),
        ("Retry", "outbound/shop/orders/db", "retry.tcp.maxConnectAttempts", "{tcp: {maxConnectAttempts: 1}}", "{tcp: {maxConnectAttempts: 9}}", "1", "9"),
        ("Retry", "cluster/shop/orders/http", "retry.budget.percent", "{budget: {percent: 1}}", "{budget: {percent: 50}}", "1", "50"),
        ("Telemetry", "outbound/shop/orders/http", "telemetry.tracing.sampling", "{tracing: {sampling: 1}}", "{tracing: {sampling: 50}}", "1", "50"),
        ("Telemetry", "outbound/shop/orders/rpc", "telemetry.tags", "{tags: []}", "{tags: [{name: a, literal: b}]}", "none", "a=b"),
        ("Telemetry", "outbound/shop/orders/http", "telemetry.metrics.durationBuckets", "{metrics: {durationBuckets: [1]}}", "{metrics: {durationBuckets: [0.5, 2]}}", "1", "0.5, 2"),
        ("LoadBalancing", "cluster/shop/orders/http", "loadBalancing.type", "{type: Random}", "{type: RoundRobin}", "Random", "RoundRobin"),
        ("LoadBalancing", "cluster/shop/orders/http", "loadBalancing.localityAwareness.crossZone.failover", "{localityAwareness: {crossZone: {failover: [{to: {type: Any}}]}}}", "{localityAwareness: {crossZone: {failover: [{to: {type: Only, zones: [a, b]}}, {to: {type: None}}]}}}", "Any", "Only a b, None"),
        ("LoadBalancing", "cluster/shop/orders/http", "loadBalancing.wire", "{wire: Http1}", "{wire: Http2}", "Http1", "Http2"),
    ];

    // The policy that is heard, the one that is not: "<namespace> <name> <targetRef> to <to[].targetRef>"; and whether only their names decide.
    private static readonly (string Heard, string Lost, bool IsTie)[] Orders =
    [
        ("shop a {kind: Mesh} to {kind: Service, name: orders}", "web b {kind: Mesh} to {kind: Mesh}", false),
        ("shop a {kind: Mesh} to {kind: Service, name: orders}", "shop b {kind: Mesh} to {kind: Service, labels: {tier: back}}", false),
        ("shop b {kind: Mesh} to {kind: Service, labels: {tier: back}}", "shop a {kind: Mesh} to {kind: Service, labels: {tier: back}}", true),
        ("web b {kind: Service, name: storefront} to {kind: Mesh}", "web a {kind: Service, labels: {tier: front}} to {kind: Mesh}", false),
        ("web b {kind: Service, labels: {tier: front}} to {kind: Mesh}", "web a {kind: Mesh} to {kind: Mesh}", false),
        ("shop b {kind: Mesh} to {kind: Service, name: orders}", "mesh-system a {kind: Mesh} to {kind: Service, name: orders, namespace: shop}", false),
        ("web b {kind: Mesh} to {kind: Service, name: orders, namespace: shop}", "shop a {kind: Mesh} to {kind: Service, name: orders}", false),
        ("web a {kind: Mesh} to {kind: Mesh}", "web b {kind: Mesh} to {kind: Mesh}", true),
    ];

    public static TheoryData<int, int> Table { get; } = Rows();

    [Theory]
    [MemberData(nameof(Table))]
    public void Compile_TwoPoliciesOfAKind_NamesWhoIsHeardAndWhoIsNot(int kind, int order)
    {
        var (word, where, setting, one, other, showsOne, showsOther) = Kinds[kind];
        var (heard, lost, isTie) = Orders[order];

        // Of two that only their names tell apart the first of the alphabet is heard.
        if (isTie && string.CompareOrdinal(heard.Split(' ')[1], lost.Split(' ')[1]) > 0)
        {
            (heard, lost) = (lost, heard);
        }

        var mesh = Shop.Yaml($"{Policy(word, heard, one)}---\n{Policy(word, lost, other)}");

        var applied = Assert.Single(mesh.Compile().Explanations[TestMesh.Id("web/storefront")], a => a.Where == where && a.Setting == setting);
        Assert.Equal((showsOne, $"{word} {Name(heard)} to[0] (test.yaml:{EntryLine})"), (applied.Value, applied.Origin.ToString()));
        Assert.Equal([new OverruledSetting(showsOther, new Origin(word, Name(lost), $"test.yaml:{EntryLine + 6}", "to[0]")) { IsTie = isTie }], applied.Overruled);
    }

    [Fact]
    public void Compile_ThreePolicies_NamesThoseThatAreNotHeardInTheirOrder()
    {
        var mesh = Shop.Yaml(string.Join("---\n",
            Policy("Timeout", "mesh-system all {kind: Mesh} to {kind: Mesh}", "{request: 1s}"),
            Policy("Timeout", "shop mine {kind: Mesh} to {kind: Service, name: orders}", "{request: 2s}"),
            Policy("Timeout", "web own {kind: Service, name: storefront} to {kind: Service, name: orders, namespace: shop}", "{request: 3s, streamIdle: 1m}")));

        var applied = mesh.Compile().Explanations[TestMesh.Id("web/storefront")].Where(a => a.Where == "outbound/shop/orders/http").ToDictionary(a => a.Setting);

        Assert.Equal("3s", applied["timeout.request"].Value);
        Assert.Equal(["2s by Timeout shop/mine to[0] (test.yaml:11)", "1s by Timeout mesh-system/all to[0] (test.yaml:5)"], applied["timeout.request"].Overruled.Select(o => o.ToString()));
        Assert.Empty(applied["timeout.streamIdle"].Overruled);
    }

    [Fact]
    public void Compile_RoutesForTheSameRequests_NamesTheOneThatIsNotHeard()
    {
        var mesh = Shop.Service("shop/next", ports: ["http"]).Yaml("""
            kind: HttpRoute
            metadata: {name: a, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: [{name: next}]}}]}]}
            ---
            kind: HttpRoute
            metadata: {name: b, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: [{name: orders, weight: 5}, {name: next}]}}]}]}
            """);

        var route = Assert.Single(mesh.Compile().Explanations[TestMesh.Id("web/storefront")], a => a.Where == "outbound/shop/orders/http" && a.Setting.StartsWith("route.", StringComparison.Ordinal));

        Assert.Equal("shop/next/http (1)", route.Value);
        Assert.Equal(["orders (5), next (1) by HttpRoute shop/b to[0].rules[0] (test.yaml:7)"], route.Overruled.Select(o => o.ToString()));
    }

    private static TheoryData<int, int> Rows()
    {
        var rows = new TheoryData<int, int>();
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            for (var order = 0; order < Orders.Length; order++)
            {
                rows.Add(kind, order);
            }
        }

        return rows;
    }

    private static string Name(string text) => string.Join('/', text.Split(' ').Take(2));

    // Five lines, the entry on the last, and a divider behind them.
    private static string Policy(string kind, string text, string settings)
    {
        var (head, to) = (text.Split(" to ")[0], text.Split(" to ")[1]);
        var words = head.Split(' ', 3);
        return $"kind: {kind}\nmetadata: {{namespace: {words[0]}, name: {words[1]}}}\nspec:\n  targetRef: {words[2]}\n  to: [{{targetRef: {to}, default: {settings} }}]\n";
    }
}
