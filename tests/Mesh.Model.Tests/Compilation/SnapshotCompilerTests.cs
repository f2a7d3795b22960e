using Mesh.Model.Compilation;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

public sealed class SnapshotCompilerTests
{
    private static readonly TestMesh Shop = TestMesh.Empty.Yaml("""
        kind: Service
        metadata: {name: storefront, labels: {tier: front}}
        spec: {ports: [{name: http, protocol: http, external: true}], uses: [orders, inventory/grpc]}
        ---
        kind: Service
        metadata: {name: orders}
        spec: {ports: [{name: http, protocol: http}], uses: [inventory, payments/http, postgres, stripe]}
        ---
        kind: Service
        metadata: {name: orders-next}
        spec: {ports: [{name: http, protocol: http}]}
        ---
        kind: Service
        metadata: {name: inventory}
        spec: {ports: [{name: grpc, protocol: grpc}]}
        ---
        kind: Service
        metadata: {name: payments}
        spec: {ports: [{name: http, protocol: http2}]}
        ---
        kind: Service
        metadata: {name: postgres}
        spec: {ports: [{name: tcp, protocol: tcp}]}
        ---
        kind: ExternalService
        metadata: {name: stripe}
        spec: {ports: [{name: api, protocol: https, host: api.stripe.com, port: 443}]}
        ---
        kind: TrafficPermission
        metadata: {name: orders}
        spec:
          targetRef: {kind: Service, name: orders}
          rules:
          - default:
              deny: [{service: storefront, methods: [DELETE]}]
              allow: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/ops"}, paths: [{type: PathPrefix, value: /admin}]}]
              allowWithShadowDeny: [{service: payments}]
        ---
        kind: TrafficPermission
        metadata: {name: orders-next}
        spec: {targetRef: {kind: Service, name: orders-next}, rules: [{default: {allow: [{service: storefront}]}}]}
        ---
        kind: HttpRoute
        metadata: {name: canary}
        spec:
          targetRef: {kind: Service, labels: {tier: front}}
          to:
          - targetRef: {kind: Service, name: orders}
            rules:
            - name: beta
              matches: [{headers: [{name: x-beta, value: "1"}]}]
              default: {backendRefs: [{name: orders-next}], filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-route, value: beta}]}}]}
            - name: rest
              default: {backendRefs: [{name: orders, weight: 9}, {name: orders-next}]}
        ---
        kind: Timeout
        metadata: {name: all, namespace: mesh-system}
        spec:
          to: [{targetRef: {kind: Mesh}, default: {request: 15s}}]
          rules: [{default: {idle: 30m}}]
        ---
        kind: Retry
        metadata: {name: inventory}
        spec: {to: [{targetRef: {kind: Service, name: inventory}, default: {grpc: {retryOn: [Unavailable]}, budget: {percent: 10}}}]}
        ---
        kind: LoadBalancing
        metadata: {name: all}
        spec: {to: [{targetRef: {kind: Mesh}, default: {type: RoundRobin}}]}
        """);

    [Theory]
    [InlineData("storefront")]
    [InlineData("orders")]
    [InlineData("postgres")]
    public void Compile_Shop_IsAsBefore(string service)
    {
        Golden.Check(SnapshotText.Of(Shop.Snapshot(service)), $"{service}.snapshot.json");
    }

    [Fact]
    public void Compile_Shop_ExplainsAsBefore()
    {
        Golden.Check(string.Join('\n', Shop.Compile().Explanations.SelectMany(e => e.Value.Select(a => $"{e.Key}: {a}"))), "shop.explanation.txt");
    }

    [Fact]
    public void Compile_AnyOrderOfDocuments_GivesTheSame()
    {
        var once = SnapshotText.Of(Shop.Compile());
        var resources = Shop.Configuration.Policies.All.Reverse().Aggregate(Shop, (mesh, policy) => mesh.Add(policy));

        Assert.Equal(once, SnapshotText.Of(resources.Compile()));
    }

    [Fact]
    public void Compile_EveryName_Resolves()
    {
        foreach (var snapshot in Shop.Compile().Snapshots.Values)
        {
            var clusters = snapshot.Clusters.Select(c => c.Name).ToHashSet();
            Assert.Equal(snapshot.Outbound.Where(l => l.TcpBackends.IsEmpty).Select(l => l.Name), snapshot.RouteTables.Select(t => t.Name));
            Assert.All(snapshot.Outbound.SelectMany(l => l.TcpBackends), b => Assert.Contains(b.Cluster, clusters));
            Assert.All(
                snapshot.RouteTables.SelectMany(t => t.Rules).Select(r => r.Action).OfType<ForwardAction>().SelectMany(a => a.Backends),
                b => Assert.Contains(b.Cluster, clusters));
        }
    }

    [Fact]
    public void Compile_EdgeToNothing_OpensNoListener()
    {
        Assert.Empty(TestMesh.Empty.Service("a", uses: ["b", "c/http"]).Service("c").Snapshot("a").Outbound);
    }

    [Fact]
    public void Compile_200Services_PrintsItsTime()
    {
        var mesh = TestMesh.Empty;
        for (var i = 0; i < 200; i++)
        {
            mesh = mesh.Service($"s{i}", ports: ["http", "grpc"], uses: [.. Enumerable.Range(1, 5).Select(n => $"s{(i + (n * 7)) % 200}/http")]).Yaml($$$"""
                kind: Timeout
                metadata: {name: t{{{i}}} }
                spec: {to: [{targetRef: {kind: Service, name: s{{{i}}} }, default: {request: 1s}}]}
                ---
                kind: HttpRoute
                metadata: {name: r{{{i}}} }
                spec: {to: [{targetRef: {kind: Service, name: s{{{i}}} }, rules: [{default: {backendRefs: [{name: s{{{i}}} }]}}]}]}
                ---
                kind: TrafficPermission
                metadata: {name: p{{{i}}} }
                spec: {targetRef: {kind: Service, name: s{{{i}}} }, rules: [{default: {deny: [{service: s{{{(i + 1) % 200}}} }]}}]}
                """);
        }

        var (topology, policies) = (mesh.Topology, mesh.Policies);
        var times = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            // Processor time: on a busy machine the clock says more about the others.
            var start = Environment.CpuUsage.TotalTime;
            Assert.Equal(200, SnapshotCompiler.Compile(topology, policies).Snapshots.Count);
            times.Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
        }

        var permissions = Environment.CpuUsage.TotalTime;
        PermissionCompiler.Compile(topology, policies);
        TestContext.Current.SendDiagnosticMessage("200 services, 1000 edges, 600 policies: compiled in {0} ms of processor time, permissions alone in {1:F1} ms", string.Join(", ", times.Select(t => t.ToString("F1"))), (Environment.CpuUsage.TotalTime - permissions).TotalMilliseconds);
    }
}
