using Mesh.Model.Compilation;
using Mesh.Model.Policies;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Recording;
using Mesh.Model.Serialization;
using Mesh.Model.Simulation;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Yaml;

namespace Mesh.Model.Tests.Recording;

/// <summary>What a recording suggests lets pass what was seen, and nothing else of those callers.</summary>
public sealed class RecordedPoliciesTests
{
    private static readonly MeshTopology Shop = TestMesh.Empty
        .Service("web", ports: ["http"], uses: ["orders", "payments", "db", "unused"])
        .Service("batch", ports: ["http"], uses: ["orders/http"])
        .Service("orders", ports: ["http", "grpc:grpc"])
        .Service("payments", ports: ["http"])
        .Service("db", ports: ["tcp:tcp"])
        .Service("unused", ports: ["http"])
        .Topology;

    private static readonly MeshRecording Seen = RecordedTraffic.Of(
        Shop,
        ("web", "orders/http", "GET /orders"),
        ("web", "orders/http", "GET /orders/17"),
        ("web", "orders/http", "DELETE /orders/17"),
        ("web", "orders/http", "POST /orders"),
        ("web", "orders/grpc", "grpc /shop.Orders/Get"),
        ("web", "orders/grpc", "grpc /shop.Orders/List"),
        ("web", "payments/http", "POST /charge"),
        ("web", "payments/http", "PROPFIND /dav"),
        ("web", "db/tcp", "tcp"));

    [Theory]
    [InlineData("web", "orders/http", "GET", "/orders", true)]
    [InlineData("web", "orders/http", "POST", "/orders", true)]
    [InlineData("web", "orders/http", "GET", "/orders/99?q=1", true)]
    [InlineData("web", "orders/http", "DELETE", "/orders/99", true)]
    [InlineData("web", "orders/http", "DELETE", "/orders", false)]
    [InlineData("web", "orders/http", "PUT", "/orders/99", false)]
    [InlineData("web", "orders/http", "GET", "/orders/99/items", false)]
    [InlineData("web", "orders/http", "GET", "/admin", false)]
    [InlineData("web", "orders/grpc", "POST", "/shop.Orders/List", true)]
    [InlineData("web", "orders/grpc", "POST", "/shop.Orders/Delete", false)]
    [InlineData("web", "payments/http", "POST", "/charge", true)]
    [InlineData("web", "payments/http", "GET", "/charge", false)]
    // of a method that no permission can name nothing but the path is said
    [InlineData("web", "payments/http", "GET", "/dav", true)]
    [InlineData("web", "db/tcp", "GET", "/", true)]
    // callers of whom nothing was seen keep their edges: nobody knows what they need
    [InlineData("batch", "orders/http", "GET", "/admin", true)]
    [InlineData("web", "unused/http", "GET", "/", true)]
    public void Applied_LetPassWhatWasSeen(string caller, string callee, string method, string target, bool passes)
    {
        var mesh = SnapshotCompiler.Compile(Shop, PolicySet.Of(RecordedPolicies.Of(Seen, Shop).Select(d => d.Policy)));
        Assert.True(RequestSimulator.TryFindPort(Shop, callee, ServiceId.DefaultNamespace, out var port));

        var explanation = RequestSimulator.Explain(mesh, new SimulatedRequest { Caller = new ServiceId("default", caller), Callee = port, Method = method, Target = target });

        Assert.Equal(passes, explanation.Backends.Single().Error is null);
    }

    [Fact]
    public void Written_AsYaml_ReadsBackWithoutAWordOfWarning()
    {
        var yaml = YamlDocumentWriter.Write(RecordedPolicies.Of(Seen, Shop).Select(d => ResourceWriter.Write(d.Policy)));

        var read = DocumentReader.ReadYaml(yaml, "recorded.yaml");
        Assert.Empty(read.Violations);
        var policies = read.Documents.Select(d => ResourceReader.Read(d)).ToList();
        Assert.All(policies, p => Assert.Empty(p.Violations));
        var mesh = SnapshotCompiler.Compile(Shop, PolicySet.Of(policies.Select(p => (Policy)p.Resource!)));
        Assert.Empty(mesh.Findings.Select(f => f.ToString()));
        Assert.Equal(
            ["TrafficPermission recorded-db", "TrafficPermission recorded-orders-grpc", "TrafficPermission recorded-orders-http", "TrafficPermission recorded-payments", "Timeout recorded-web"],
            policies.Select(p => $"{p.Key!.Value.Kind} {p.Key.Value.Name}"));
    }

    [Fact]
    public void Timeouts_AreForTheCallerTowardsEachPort()
    {
        var timeout = (TimeoutPolicy)RecordedPolicies.Of(Seen, Shop).Single(d => d.Policy is TimeoutPolicy).Policy;

        Assert.Equal("web", timeout.TargetRef.Name);
        Assert.Equal(
            ["orders/grpc: request , gRPC 00:00:01, connect 00:00:00.5000000", "orders/http: request 00:00:01, gRPC , connect 00:00:00.5000000", "payments/: request 00:00:01, gRPC , connect 00:00:00.5000000"],
            timeout.To.Select(t => $"{t.TargetRef.Name}/{t.TargetRef.SectionName}: request {t.Default.Request}, gRPC {t.Default.GrpcRequest}, connect {t.Default.Connect}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Unused_NamesDeclaredEdgesOfWhichNothingWasSeen() =>
        Assert.Equal(["default/batch → default/orders/http", "default/web → default/unused"], RecordedPolicies.Unused(Seen, Shop).Select(e => $"{e.Caller} → {e.Callee}{(e.Port is null ? "" : $"/{e.Port}")}").Order(StringComparer.Ordinal));

    [Fact]
    public void Entries_WithoutRoomForAll_AllowAll()
    {
        var recording = RecordedTraffic.Of(Shop, ("web", "payments/http", "POST /charge"));
        recording.Edges[0].Seen.Unlisted = 1;

        var entry = Assert.Single(RecordedPolicies.Entries(recording.Edges[0], new() { Service = "web" }));

        Assert.False(entry.NeedsHttp);
        Assert.Contains(RecordedPolicies.Of(recording, Shop)[0].Notes, note => note.Contains("every request is allowed", StringComparison.Ordinal));
    }

    [Fact]
    public void Callers_OfOtherTrustDomains_AreNamedByTheirIdentity()
    {
        var recording = RecordedTraffic.Of(Shop, ("spiffe://partner.example/ns/web/sa/portal", "payments/http", "POST /charge"));

        var document = Assert.Single(RecordedPolicies.Of(recording, Shop));

        Assert.Contains("spiffe://partner.example/ns/web/sa/portal", JsonDocumentWriter.Write(ResourceWriter.Write(document.Policy)), StringComparison.Ordinal);
    }
}
