using Mesh.Model.Compilation;
using Mesh.Model.Policies;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Serialization;
using Mesh.Model.Simulation;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Model.Tests.Compilation;

/// <summary>Entries that stand in for declared edges.</summary>
public sealed class AllowOnlyTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", ports: ["http"], uses: ["orders"])
        .Service("backoffice", ports: ["http"], uses: ["orders"])
        .Service("orders", ports: ["http", "admin"]);

    [Theory]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}]", "storefront", "GET", true)]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}]", "storefront", "POST", false)]
    // the edges of others stay
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}]", "backoffice", "POST", true)]
    // entries add up, those of allow too
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}, {service: storefront, methods: [PUT]}]", "storefront", "PUT", true)]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}], allow: [{service: storefront, methods: [PUT]}]", "storefront", "PUT", true)]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}], deny: [{service: storefront}]", "storefront", "GET", false)]
    // by identity, and for everybody
    [InlineData("allowOnly: [{spiffeId: {type: Prefix, value: 'spiffe://shop.local/ns/default'}, methods: [GET]}]", "backoffice", "POST", false)]
    [InlineData("allowOnly: [{anyone: true, methods: [GET]}]", "backoffice", "POST", false)]
    [InlineData("allowOnly: [{anyone: true, methods: [GET]}]", "backoffice", "GET", true)]
    public void Decide_EntriesInsteadOfEdges_AllowWhatTheySay(string settings, string caller, string method, bool passes) =>
        Assert.Equal(passes, Passes(Policy(settings), caller, method));

    [Fact]
    public void Compile_OnOnePort_LeavesTheEdgeAtOthers()
    {
        var policy = Policy("allowOnly: [{service: storefront, methods: [GET]}]", target: "{kind: Service, name: orders, sectionName: admin}");

        Assert.True(Passes(policy, "storefront", "POST"));
        Assert.False(Passes(policy, "storefront", "POST", "orders/admin"));
    }

    [Fact]
    public void Explain_RefusedInsteadOfTheEdge_NamesTheEdgeAndWhatStandsInForIt()
    {
        var explanation = Explain(Policy("allowOnly: [{service: storefront, methods: [GET]}]"), "storefront", "POST", "orders/http");

        var step = explanation.Backends.Single().Steps.Single(s => s.Topic == "permission");
        var edge = Assert.Single(step.Details, d => d.Origin.Kind == "Edge");
        Assert.Equal(DetailVerdict.Overruled, edge.Verdict);
        Assert.Contains("allowOnly of TrafficPermission default/test", edge.Text, StringComparison.Ordinal);
    }

    // old, new with a mistake, and whether storefront's POST passes: the edge never comes back by a mistake.
    [Theory]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}]", "allowOnly: [{service: storefront, methods: [GET]}], deny: [{service: x, methods: [NOPE]}]", "GET", true)]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}]", "allowOnly: [{service: storefront, methods: [GET]}], deny: [{service: x, methods: [NOPE]}]", "POST", false)]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}]", "deny: [{service: x, methods: [NOPE]}]", "POST", false)]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}]", "allowOnly: [{service: storefront, methods: [NOPE]}]", "POST", false)]
    [InlineData("allowOnly: [{service: storefront, methods: [GET]}]", "allowOnyl: [{service: storefront, methods: [GET]}]", "POST", false)]
    [InlineData("allow: [{service: backoffice}]", "allowOnly: [{service: storefront, methods: [GET]}], deny: [{service: x, methods: [NOPE]}]", "POST", false)]
    [InlineData("allow: [{service: storefront, methods: [GET]}]", "allowOnly: [{service: storefront, methods: [GET]}], deny: [{service: x, methods: [NOPE]}]", "GET", true)]
    [InlineData("allow: [{service: backoffice}]", "allow: [{service: backoffice}], deny: [{service: x, methods: [NOPE]}]", "POST", true)]
    [InlineData(null, "allowOnly: [{service: storefront, methods: [GET]}], deny: [{service: x, methods: [NOPE]}]", "GET", false)]
    [InlineData(null, "allowOnly: [{servic: storefront}]", "POST", false)]
    public void Narrow_Mistakes_NeverBringTheEdgeBack(string? old, string now, string method, bool passes)
    {
        var read = ResourceReader.Read(Document(now, "{kind: Service, name: orders}"));
        Assert.NotEmpty(read.Violations);

        var narrowed = PermissionNarrowing.Narrow(read, old is null ? null : Policy(old))!;

        Assert.Equal(passes, Passes(narrowed, "storefront", method));
    }

    private static bool Passes(TrafficPermissionPolicy policy, string caller, string method, string port = "orders/http") =>
        Explain(policy, caller, method, port).Backends.Single().Error is null;

    private static RequestExplanation Explain(TrafficPermissionPolicy policy, string caller, string method, string port)
    {
        var mesh = SnapshotCompiler.Compile(Shop.Topology, PolicySet.Of([policy]));
        Assert.True(RequestSimulator.TryFindPort(Shop.Topology, port, ServiceId.DefaultNamespace, out var callee));
        return RequestSimulator.Explain(mesh, new SimulatedRequest { Caller = new ServiceId("default", caller), Callee = callee, Method = method, Target = "/a" });
    }

    private static TrafficPermissionPolicy Policy(string settings, string target = "{kind: Service, name: orders}")
    {
        var read = ResourceReader.Read(Document(settings, target));
        Assert.Empty(read.Violations);
        return (TrafficPermissionPolicy)read.Resource!;
    }

    private static MeshDocument Document(string settings, string target) => DocumentReader.ReadYaml($$"""
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: {name: test}
        spec: {targetRef: {{target}}, rules: [{default: {{{settings}}} }]}
        """, "x.yaml").Documents.Single();
}
