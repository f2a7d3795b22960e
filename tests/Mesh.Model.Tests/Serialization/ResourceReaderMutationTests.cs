using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Model.Tests.Serialization;

/// <summary>Whatever users write, it is either read or told to be wrong: no exception, and nothing that is read breaks the compiler.</summary>
public sealed class ResourceReaderMutationTests
{
    private static readonly string[] Words =
    [
        "", "a", "/", "//", "/a/../b", "5s", "-1s", "Mesh", "Service", "Exact", "PathPrefix", "RegularExpression", "(", "(a)\\1", "a|b", "GET", "spiffe://shop.local", "spiffe://shop.local/",
        "spiffe://", "*", "a/b", "a/b/c", "a/b/c/d", "URLRewrite", "RequestRedirect", "ReplacePrefixMatch", "mesh-system", "ü", "a\nb", "503", "5xx", "tcp", "grpc", "Present", new('x', 3000),
    ];

    private const string Everything = """
        - {kind: Service, metadata: {name: a, labels: {t: v}}, spec: {ports: [{name: http, protocol: http, external: true}, {name: db, protocol: tcp}], uses: [b, b/http, x/b/http]}}
        - {kind: ExternalService, metadata: {name: e}, spec: {ports: [{name: api, protocol: https, host: example.com, port: 443, tls: {ca: {secret: {name: a, key: b}}, clientCertificate: {secret: {name: c}}}}]}}
        - {kind: TrafficPermission, metadata: {name: p}, spec: {targetRef: {kind: Service, name: a, sectionName: http}, rules: [{default: {deny: [{service: b, methods: [GET], paths: [{type: Exact, value: /}]}], allow: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns"}}]}}]}}
        - {kind: HttpRoute, metadata: {name: r}, spec: {to: [{targetRef: {kind: Service, name: a}, rules: [{name: one, matches: [{path: {type: PathPrefix, value: /}, method: GET, headers: [{name: h, type: Exact, value: v}], queryParams: [{name: q, value: v}]}], default: {filters: [{type: URLRewrite, urlRewrite: {hostname: h, path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}}], backendRefs: [{name: b, port: http, weight: 2}]}}]}]}}
        - {kind: TcpRoute, metadata: {name: t}, spec: {to: [{targetRef: {kind: Service, name: a}, rules: [{default: {backendRefs: [{name: b}]}}]}]}}
        - {kind: Timeout, metadata: {name: t}, spec: {to: [{targetRef: {kind: Service, labels: {t: v}}, default: {connect: 1s, request: 0s, streamIdle: 1s, idle: 1h}}], rules: [{default: {request: 1s}}]}}
        - {kind: Retry, metadata: {name: t}, spec: {to: [{targetRef: {kind: Mesh}, default: {http: {numRetries: 1, perTryTimeout: 1s, backOff: {base: 1s, max: 2s}, rateLimitedBackOff: {resetHeaders: [{name: Retry-After}, {name: x-reset, format: UnixTimestamp}], maxInterval: 5s}, retryOn: [5xx, 503], methods: [GET, POST], retriableRequestHeaders: [{name: a, type: Present}], retriableResponseHeaders: [{name: b, value: c}]}, grpc: {retryOn: []}, tcp: {maxConnectAttempts: 1}, budget: {percent: 1, interval: 1s, minPerSecond: 0}}}]}}
        - {kind: LoadBalancing, metadata: {name: t}, spec: {to: [{targetRef: {kind: Mesh}, default: {type: LeastRequest, leastRequest: {choiceCount: 2}, wire: Auto}}, {targetRef: {kind: Mesh}, default: {type: RingHash, ringHash: {minRingSize: 5, maxRingSize: 7}, hashPolicies: [{type: Cookie, cookie: {name: c, ttl: 1s, path: /}, terminal: true}, {type: Header, header: {name: h}}]}}, {targetRef: {kind: Service, name: b}, default: {type: PeakEwma, peakEwma: {decay: 5s}, slowStart: {window: 1m, minWeightPercent: 20}}}, {targetRef: {kind: Service, name: a}, default: {type: Maglev, maglev: {tableSize: 7}, hashPolicies: [{type: QueryParameter, queryParameter: {name: q}}, {type: Source}], localityAwareness: {disabled: false, crossZone: {failover: [{from: {zones: [a]}, to: {type: Only, zones: [b]}}], failoverThreshold: {percentage: 70}}}}}]}}
        - {kind: CircuitBreaker, metadata: {name: t}, spec: {to: [{targetRef: {kind: Mesh}, default: {connectionLimits: {maxConnections: 1, maxPendingRequests: 2, maxRequests: 3, maxRetries: 0}, outlierDetection: {disabled: false, interval: 1s, baseEjectionTime: 2s, maxEjectionTime: 3s, maxEjectionPercent: 50, splitExternalAndLocalErrors: true, healthyPanicThreshold: 12.5, detectors: {totalFailures: {consecutive: 1}, gatewayFailures: {consecutive: 2}, localOriginFailures: {consecutive: 3}, successRate: {minimumHosts: 2, requestVolume: 10, standardDeviationFactor: 1.5}, failurePercentage: {minimumHosts: 2, requestVolume: 10, threshold: 50}}}}}, {targetRef: {kind: Service, name: a}, default: {outlierDetection: {}}}], rules: [{matches: [{service: b}], default: {connectionLimits: {maxConnections: 1, maxRequests: 2}}}, {default: {connectionLimits: {maxPendingRequests: 3}}}]}}
        - {kind: HealthCheck, metadata: {name: t}, spec: {to: [{targetRef: {kind: Mesh}, default: {interval: 1s, timeout: 2s, unhealthyThreshold: 3, healthyThreshold: 2, initialJitter: 1s, intervalJitter: 1s, intervalJitterPercent: 10, noTrafficInterval: 5s, reuseConnection: false, failTrafficOnPanic: true, http: {disabled: false, path: /health, expectedStatuses: [200, 204], headers: [{name: a, value: b}]}, tcp: {disabled: true, send: cGluZw==, receive: [cG9uZw==]}, grpc: {disabled: false, serviceName: shop, authority: orders}}}]}}
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Read_MutatedDocuments_AreReadOrRefused(int seed)
    {
        var random = new Random(seed);
        var documents = Documents();
        Assert.All(documents, d => Assert.Empty(ResourceReader.Read(new MeshDocument("x", d)).Violations));

        var (good, bad) = (0, 0);
        for (var i = 0; i < 500; i++)
        {
            if (Mutate(documents[random.Next(documents.Count)], random) is not ObjectNode document)
            {
                continue;
            }

            var read = ResourceReader.Read(new MeshDocument("x", document));

            Assert.Equal(read.Resource is null, !read.Violations.IsEmpty);
            Assert.All(read.Violations, v => Assert.InRange(v.Line!.Value, 0, 20));
            if (read.Resource is null)
            {
                bad++;
                continue;
            }

            good++;
            TestMesh.Empty.Service("b", ports: ["http", "db:tcp"], uses: ["a", "e"]).Service("a", ports: ["http", "db:tcp"]).Add(read.Resource).Compile();
            var again = ResourceReader.Read(new MeshDocument("x", ResourceWriter.Write(read.Resource)));
            Assert.Equal(JsonDocumentWriter.Write(ResourceWriter.Write(read.Resource)), JsonDocumentWriter.Write(ResourceWriter.Write(again.Resource!)));
        }

        Assert.True(good > 20 && bad > 150, $"{good} were right and {bad} wrong: the mutations say little");
    }

    [Theory]
    [InlineData(ScalarKind.Text, "999999999h999999999m999999999s999999999ms")]
    [InlineData(ScalarKind.Text, "256204778h48m5s477ms")]
    [InlineData(ScalarKind.Text, "576h")]
    [InlineData(ScalarKind.Number, "2147483647")]
    [InlineData(ScalarKind.Number, "-2147483648")]
    [InlineData(ScalarKind.Number, "99999999999999999999")]
    [InlineData(ScalarKind.Number, "1e308")]
    [InlineData(ScalarKind.Number, "-0")]
    [InlineData(ScalarKind.Number, "0.000000000000000000001")]
    public void Read_AnExtremeValueAnywhere_IsReadOrRefusedAndNeverBreaksTheCompiler(ScalarKind kind, string text)
    {
        foreach (var document in Documents().SelectMany(d => Replacing(d, new ScalarNode(kind, text, 1))))
        {
            var read = ResourceReader.Read(new MeshDocument("x", (ObjectNode)document));

            Assert.Equal(read.Resource is null, !read.Violations.IsEmpty);
            if (read.Resource is not null)
            {
                TestMesh.Empty.Service("b", ports: ["http", "db:tcp"], uses: ["a", "e"]).Service("a", ports: ["http", "db:tcp"]).Add(read.Resource).Compile();
            }
        }
    }

    private static IReadOnlyList<ObjectNode> Documents() => [.. ((ListNode)DocumentReader.ReadYaml("all:\n" + Everything, "x.yaml").Documents.Single().Root["all"]!).Items.Cast<ObjectNode>()
        .Select(d => d with { Members = d.Members.Insert(0, new DocumentMember("apiVersion", ScalarNode.Of(DeclaredResource.ApiVersion), 1)) })];

    // The tree once for each of its values, with another one in its place.
    private static IEnumerable<DocumentNode> Replacing(DocumentNode node, ScalarNode value) => node switch
    {
        ObjectNode o => o.Members.SelectMany((m, i) => Replacing(m.Value, value).Select(v => o with { Members = o.Members.SetItem(i, m with { Value = v }) })),
        ListNode l => l.Items.SelectMany((item, i) => Replacing(item, value).Select(v => l with { Items = l.Items.SetItem(i, v) })),
        _ => [value],
    };

    // Replaces, removes, doubles or renames one thing below the frame.
    private static DocumentNode Mutate(DocumentNode node, Random random)
    {
        switch (node)
        {
            case ObjectNode { Members.Length: > 0 } o when random.Next(8) > 0:
                var m = o.Members[random.Next(o.Members.Length)];
                return random.Next(10) switch
                {
                    0 => o with { Members = o.Members.Remove(m) },
                    1 => o with { Members = o.Members.Replace(m, m with { Name = m.Name + "x" }) },
                    _ => o with { Members = o.Members.Replace(m, m with { Value = Mutate(m.Value, random) }) },
                };
            case ListNode { Items.Length: > 0 } l when random.Next(8) > 0:
                var at = random.Next(l.Items.Length);
                return random.Next(10) switch
                {
                    0 => l with { Items = l.Items.RemoveAt(at) },
                    1 => l with { Items = l.Items.Insert(at, l.Items[at]) },
                    _ => l with { Items = l.Items.SetItem(at, Mutate(l.Items[at], random)) },
                };
            default:
                return random.Next(8) switch
                {
                    0 => new ScalarNode(ScalarKind.Null, "", 1),
                    1 => new ScalarNode(ScalarKind.Number, random.Next(-1, 70000).ToString(), 1),
                    2 => new ScalarNode(ScalarKind.Boolean, "true", 1),
                    3 => random.Next(2) == 0 ? new ListNode([], 1) : new ObjectNode([], 1),
                    _ => new ScalarNode(ScalarKind.Text, Words[random.Next(Words.Length)], 1),
                };
        }
    }
}
