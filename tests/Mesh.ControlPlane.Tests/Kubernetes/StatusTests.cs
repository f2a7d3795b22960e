using System.Text.Json.Nodes;
using Mesh.Registration.V1;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Kubernetes.Documents;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>What is written to the status of custom resources, and what replicas tell each other, against hand-written exchanges.</summary>
public sealed class StatusTests : IAsyncLifetime
{
    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        _cluster.Service("payments");
        _cluster.Service("web", "payments");
        _cluster.Document("timeouts", "short", Timeout("1s"));
        _cluster.Pod("web-1", "web", "10.1.0.1");
        _cluster.Pod("web-2", "web", "10.1.0.2");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Status_AsSidecarsAcknowledge_CountsThem()
    {
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => Says("Accepted", "True") && Says("Programmed", "False") && Proxies() == (2, 0), "two sidecars that have not said yes");

        await using var one = await _cluster.ConnectAsync(host, "web", "web-1");
        await Eventually.IsAsync(() => Proxies() == (2, 1), "one of two");
        await using var two = await _cluster.ConnectAsync(host, "web", "web-2");
        await Eventually.IsAsync(() => Proxies() == (2, 2) && Says("Programmed", "True"), "both");

        Assert.Equal(1, (long?)Status()!["observedGeneration"]);
        Assert.Equal("All 2 sidecars have it in force.", (string?)Condition("Programmed")!["message"]);
    }

    [Fact]
    public async Task Status_OfABadVersion_SaysWhyAndKeepsTheLastGoodOne()
    {
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => Says("Accepted", "True") && Says("Programmed", "False"), "accepted, and nobody has it");
        var since = (string?)Condition("Programmed")!["lastTransitionTime"];

        _cluster.Document("timeouts", "short", Timeout("soon"));
        await Eventually.IsAsync(() => Says("Accepted", "False"), "refused");

        Assert.Equal(2, (long?)Status()!["observedGeneration"]);
        Assert.Contains("soon", (string?)Condition("Accepted")!["message"], StringComparison.Ordinal);
        Assert.Equal("NotAccepted", (string?)Condition("Programmed")!["reason"]);
        Assert.Equal(since, (string?)Condition("Programmed")!["lastTransitionTime"]);
        Assert.Contains("\"1s\"", (string?)Status()!["lastGood"], StringComparison.Ordinal);

        // A replica that was not there when it was good goes on with what the status says.
        await host.DisposeAsync();
        var second = await _cluster.RunPublishedAsync();
        Assert.Contains(Cluster.Stored(second).InForce, r => r.Metadata.Name == "short");

        _cluster.Document("timeouts", "short", Timeout("3s"));
        await Eventually.IsAsync(() => Says("Accepted", "True"), "accepted again");
        Assert.Null(Status()!["lastGood"]);
    }

    [Fact]
    public async Task Status_NothingChanges_IsWrittenOnce()
    {
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => Says("Accepted", "True"), "accepted");

        // What was written is not written again once the watch has told of it.
        await Eventually.IsAsync(() => host.Services.GetRequiredService<CustomResourceWatcher>().Current.Single(r => r.Key.Name == "short").Status is not null, "told");
        var written = Writes("timeouts", "short");
        _cluster.Service("later");
        await Eventually.IsAsync(() => Writes("services", "later") > 0, "a later one written");

        Assert.Equal(written, Writes("timeouts", "short"));
    }

    [Fact]
    public async Task Route_ItsBackends_AreACondition()
    {
        _cluster.Document("httproutes", "canary", """{"to":[{"targetRef":{"kind":"Service","name":"payments"},"rules":[{"default":{"backendRefs":[{"name":"payments"},{"name":"payments-next"}]}}]}]}""");
        await _cluster.RunPublishedAsync();

        await Eventually.IsAsync(() => Is("httproutes", "canary", "ResolvedRefs", "False", "BackendNotFound"), "a backend that is not there");
        var condition = Condition("httproutes", "canary", "ResolvedRefs")!;
        Assert.Contains("MESH112 spec.to[0].rules[0].default.backendRefs[1]: cannot be used", (string?)condition["message"], StringComparison.Ordinal);
        Assert.Equal(1, (long?)condition["observedGeneration"]);
        Assert.True(Is("httproutes", "canary", "Accepted", "True", "AcceptedWithWarnings"));

        _cluster.Service("payments-next");
        await Eventually.IsAsync(() => Is("httproutes", "canary", "ResolvedRefs", "True", "ResolvedRefs"), "it is there");
        Assert.Null(Condition("timeouts", "short", "ResolvedRefs"));
    }

    [Fact]
    public async Task Policy_OfNothing_IsNotAcceptedUntilThereIsWhatItIsFor()
    {
        _cluster.Document("retries", "early", """{"to":[{"targetRef":{"kind":"Service","name":"ledger"},"default":{"http":{"numRetries":2}}}]}""");
        _cluster.Service("clerk", "ledger");
        await _cluster.RunPublishedAsync();

        await Eventually.IsAsync(() => Is("retries", "early", "Accepted", "False", "TargetNotFound") && Is("services", "clerk", "ResolvedRefs", "False", "BackendNotFound"), "nothing that it is for");

        _cluster.Service("ledger");
        await Eventually.IsAsync(() => Is("retries", "early", "Accepted", "True", "Accepted") && Is("services", "clerk", "ResolvedRefs", "True", "ResolvedRefs"), "it is there");
    }

    [Fact]
    public async Task HttpRoute_WhoseCallsAGrpcRouteStandsFor_IsConflicted()
    {
        _cluster.Document("services", "rpc", """{ "ports": [ { "name": "grpc", "protocol": "grpc" } ] }""");
        _cluster.Service("caller", "rpc");
        _cluster.Document("grpcroutes", "calls", """{"to":[{"targetRef":{"kind":"Service","name":"rpc"},"rules":[{"default":{"backendRefs":[{"name":"rpc"}]}}]}]}""");
        _cluster.Document("httproutes", "requests", """{"to":[{"targetRef":{"kind":"Service","name":"rpc"},"rules":[{"default":{"backendRefs":[{"name":"rpc"}]}}]}]}""");
        await _cluster.RunPublishedAsync();

        await Eventually.IsAsync(() => Is("httproutes", "requests", "Accepted", "False", "Conflicted") && Is("grpcroutes", "calls", "Accepted", "True", "Accepted"), "one of the two");
    }

    [Fact]
    public async Task Replicas_OfTheControlPlane_KnowEachOthersSidecars()
    {
        var (one, two) = (await _cluster.RunPublishedAsync(), await _cluster.RunPublishedAsync());
        _cluster.ControlPlanePod("mesh-control-plane-1", one);
        _cluster.ControlPlanePod("mesh-control-plane-2", two);
        await using var first = await _cluster.ConnectAsync(one, "web", "web-1");
        await using var second = await _cluster.ConnectAsync(two, "web", "web-2");
        await first.RegisterAsync(leftOut: [new() { Cluster = "shop/payments/http", Replica = "payments-1", By = LeftOutBy.HealthCheck, Reason = "it answered 500" }]);

        await Eventually.IsAsync(() => Proxies() == (2, 2) && Says("Programmed", "True"), "both, whoever leads");
        using var http = two.Client(_cluster.Api.Reviews.Issue("ops/viewer"));
        _cluster.Api.Reviews.Allow("ops/viewer", "get");

        // Replicas ask each other once a second at most, each when it does.
        await Eventually.IsAsync(
            async () => JsonNode.Parse(await http.GetStringAsync("/api/v1/proxies", TestContext.Current.CancellationToken))!["proxies"]!.AsArray().Select(p => $"{p!["replica"]} {p["state"]}").SequenceEqual(["web-1 ready", "web-2 ready"]),
            "both at the other one");
        await Eventually.IsAsync(
            async () => JsonNode.Parse(await http.GetStringAsync("/api/v1/proxies", TestContext.Current.CancellationToken))!["proxies"]!.AsArray().SelectMany(p => p!["leavesOut"]!.AsArray()).Select(o => $"{o!["name"]} {o["state"]} {o["reason"]}").SingleOrDefault() == "payments-1 unhealthy it answered 500",
            "what the other one was told");
    }

    [Fact]
    public async Task Replica_ThatDoesNotAnswer_HoldsNobodyUp()
    {
        var host = await _cluster.RunPublishedAsync();
        _cluster.Api.Objects.Put("api/v1/namespaces/shop-mesh/pods/gone", Cluster.ControlPlaneJson("127.0.0.1", 9));
        await using var sidecar = await _cluster.ConnectAsync(host, "web", "web-1");

        await host.Services.GetRequiredService<IPeerStreams>().RefreshAsync(TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => Proxies() == (2, 1), "the one that is here");

        await Eventually.IsAsync(() => host.Logs.Lines.Any(l => l.Id == 2671), "it is said, whoever asked last before that one came");
        Assert.True(host.Services.GetRequiredService<LeaderLease>().IsLeader);
    }

    private static string Timeout(string request) => $$$"""{"to":[{"targetRef":{"kind":"Service","name":"payments"},"default":{"request":"{{{request}}}"}}]}""";

    private JsonNode? Status() => _cluster.Api.Objects.Find(Cluster.Path("timeouts", "short"))?["status"];

    private JsonNode? Condition(string type) => (Status()?["conditions"] as JsonArray ?? []).SingleOrDefault(c => (string?)c!["type"] == type);

    private JsonNode? Condition(string plural, string name, string type) =>
        (_cluster.Api.Objects.Find(Cluster.Path(plural, name))?["status"]?["conditions"] as JsonArray ?? []).SingleOrDefault(c => (string?)c!["type"] == type);

    private bool Is(string plural, string name, string type, string status, string reason) =>
        Condition(plural, name, type) is { } condition && ((string?)condition["status"], (string?)condition["reason"]) == (status, reason);

    private bool Says(string type, string status) => (string?)Condition(type)?["status"] == status;

    private (int, int) Proxies() => Status()?["proxies"] is { } proxies ? ((int)proxies["concerned"]!, (int)proxies["acknowledged"]!) : (-1, -1);

    private int Writes(string plural, string name) => _cluster.Api.Requests.Count(r => r == $"PATCH {Cluster.Path(plural, name)}/status");
}
