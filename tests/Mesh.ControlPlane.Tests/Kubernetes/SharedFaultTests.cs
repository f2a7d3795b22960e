using System.Net;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Sharing;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>Faults where the control plane runs twice: whichever replica is asked, the sidecars of both hear of it, and of its end.</summary>
public sealed class SharedFaultTests : IAsyncLifetime
{
    private const string Faults = "/api/v1/faults";
    private const string Lease = "apis/coordination.k8s.io/v1/namespaces/shop-mesh/leases/mesh-shared";
    private const string Abort = """{"to": "shop/payments/http", "from": ["shop/web"], "duration": "10m", "abort": {"httpStatus": 503, "percent": 50}}""";

    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        _cluster.Service("payments");
        _cluster.Service("web", "payments");
        _cluster.Pod("web-1", "web", "10.1.0.1");
        _cluster.Pod("web-2", "web", "10.1.0.2");
        _cluster.Api.Reviews.Allow("ops/sre", "get");
        _cluster.Api.Reviews.Allow("ops/sre", "debug");
        _cluster.Api.Reviews.Allow("ops/viewer", "get");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Begin_AtOneReplica_ReachesTheSidecarsOfBothAndEndsAtBoth()
    {
        var (one, two) = (await _cluster.RunPublishedAsync(), await _cluster.RunPublishedAsync());
        _cluster.ControlPlanePod("mesh-control-plane-1", one);
        _cluster.ControlPlanePod("mesh-control-plane-2", two);
        await using var first = await _cluster.ConnectAsync(one, "web", "web-1");
        await using var second = await _cluster.ConnectAsync(two, "web", "web-2");

        var (status, begun) = await SendAsync(one, "ops/sre", HttpMethod.Post, Faults, Abort);
        Assert.Equal(HttpStatusCode.Created, status);
        await first.Sink.UntilAsync(sink => !sink.Faults.IsEmpty);
        await second.Sink.UntilAsync(sink => !sink.Faults.IsEmpty);
        var id = (string)begun["id"]!;
        Assert.Equal([(id, "system:serviceaccount:ops:sre")], second.Sink.Faults.Select(f => (f.Id, f.By)));
        await Eventually.IsAsync(
            async () => (await SendAsync(two, "ops/viewer", HttpMethod.Get, $"{Faults}/{id}")).Body["sidecars"]!.AsArray().Count(s => (bool)s!["acknowledged"]!) == 2, "both have it");

        // The other one ends it.
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(two, "ops/sre", HttpMethod.Delete, $"{Faults}/{id}")).Status);
        await first.Sink.UntilAsync(sink => sink.Faults.IsEmpty);
        await second.Sink.UntilAsync(sink => sink.Faults.IsEmpty);
        Assert.Equal("", Annotation());
    }

    [Fact]
    public async Task Begin_AReplicaThatStartsLater_KnowsIt()
    {
        var one = await _cluster.RunPublishedAsync();
        await SendAsync(one, "ops/sre", HttpMethod.Post, Faults, Abort);

        var two = await _cluster.RunPublishedAsync();

        await Eventually.IsAsync(() => Live(two) == 1, "it knows");
    }

    [Fact]
    public async Task Begin_AtBothAtOnce_LosesNone()
    {
        var (one, two) = (await _cluster.RunPublishedAsync(), await _cluster.RunPublishedAsync());

        var begun = await Task.WhenAll(new[] { one, two, one, two }.Select(host => SendAsync(host, "ops/sre", HttpMethod.Post, Faults, Abort)));

        Assert.All(begun, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        await Eventually.IsAsync(() => Live(one) == 4 && Live(two) == 4, "all four at both");
    }

    [Fact]
    public async Task Begin_WhoMayOnlyRead_IsRefused()
    {
        var host = await _cluster.RunPublishedAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(host, "ops/viewer", HttpMethod.Post, Faults, Abort)).Status);
        Assert.Null(_cluster.Api.Objects.Find(Lease));
    }

    [Theory]
    [InlineData("nonsense", 0)]
    [InlineData("""[{"id":"00000001","id":"00000002"}]""", 0)]
    [InlineData("""[{"id":"\ud800"}]""", 0)]
    [InlineData("""[{"id":"00000001","by":"x","startedAt":"2026-01-01T00:00:00Z","endsAt":"SOON","fault":{"to":"\ud800"}}]""", 0)]
    [InlineData("""[{"id":"00000001","id":"00000002"}, {"id":"00000001","by":"x","startedAt":"2026-01-01T00:00:00Z","endsAt":"SOON","fault":{"to":"shop/payments/http","duration":"1m","abort":{"httpStatus":503}}}]""", 1)]
    [InlineData("""[{"id":"00000001"}, 5, null]""", 0)]
    [InlineData("""[{"id":"00000001","by":"x","startedAt":"2026-01-01T00:00:00Z","endsAt":"2999-01-01T00:00:00Z","fault":{"to":"shop/payments/http","duration":"1m","abort":{"httpStatus":503}}}]""", 0)]
    [InlineData("""[{"id":"00000001","by":"x","startedAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-01T00:01:00Z","fault":{"to":"shop/payments/http","duration":"1m","abort":{"httpStatus":503}}}]""", 0)]
    [InlineData("""[{"id":"00000001","by":"x","startedAt":"2026-01-01T00:00:00Z","endsAt":"SOON","fault":{"to":"shop/payments/http","duration":"1m","abort":{"httpStatus":503}}}, {"id":"../../x"}]""", 1)]
    public async Task Lease_OfWhateverIsWrittenThere_IsFaultsThatCouldHaveBegunOrNone(string text, int expected)
    {
        var written = text.Replace("SOON", TimeProvider.System.GetUtcNow().AddMinutes(30).ToString("O"), StringComparison.Ordinal);
        _cluster.Api.Objects.Put(Lease, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["mesh.dev/faults"] = written } }, ["spec"] = new JsonObject() }.ToJsonString());
        var host = await _cluster.RunPublishedAsync();

        await Eventually.IsAsync(() => Live(host) == expected && _cluster.Api.Requests.Any(r => r.Contains("leases?", StringComparison.Ordinal) && r.Contains("mesh-shared", StringComparison.Ordinal)), "what could have begun");

        // Whatever was there, the next one is begun.
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(host, "ops/sre", HttpMethod.Post, Faults, Abort)).Status);
        Assert.Equal(expected + 1, Live(host));
    }

    [Fact]
    public async Task Begin_WhatTheWatchTellsOfTheTimeBefore_DoesNotTakeItBack()
    {
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => _cluster.Api.Objects.IsWatched("leases"), "watched");
        await SendAsync(host, "ops/sre", HttpMethod.Post, Faults, Abort);

        host.Services.GetRequiredService<SharedLease>().Put(LeaseOf("", version: 1));

        Assert.Equal(1, Live(host));
    }

    [Fact]
    public async Task Begin_AtAReplicaWhoseClockIsBehind_KeepsWhatItDoesNotTake()
    {
        var now = TimeProvider.System.GetUtcNow();
        _cluster.Api.Objects.Put(Lease, LeaseOf($"[{Entry("00000001", now.AddSeconds(30))}, {Entry("00000002", now.AddMinutes(10))}]").ToJsonString());
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => _cluster.Api.Objects.IsWatched("leases"), "watched");

        // Of a clock that is a little ahead; and of one that is far ahead.
        var taken = Assert.Single(host.Services.GetRequiredService<FaultLeases>().Live);
        Assert.Equal("00000001", taken.Id);
        Assert.InRange(taken.EndsAt, now.AddMinutes(59), TimeProvider.System.GetUtcNow().AddHours(1));

        await SendAsync(host, "ops/sre", HttpMethod.Post, Faults, Abort);
        Assert.Equal(["00000001", "00000002"], JsonNode.Parse(Annotation()!)!.AsArray().Select(entry => (string)entry!["id"]!).Take(2));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(host, "ops/sre", HttpMethod.Delete, $"{Faults}/00000002")).Status);
        Assert.DoesNotContain("00000002", Annotation(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task End_WhereTheWatchHasNotToldOfItYet_EndsIt()
    {
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => _cluster.Api.Objects.IsWatched("leases"), "watched");
        var id = (string)(await SendAsync(host, "ops/sre", HttpMethod.Post, Faults, Abort)).Body["id"]!;
        host.Services.GetRequiredService<FaultLeases>().Replace([]);

        var (status, _) = await SendAsync(host, "ops/sre", HttpMethod.Delete, $"{Faults}/{id}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("", Annotation());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(host, "ops/sre", HttpMethod.Delete, $"{Faults}/{id}")).Status);
    }

    [Theory]
    [InlineData(Faults, Abort, "fault")]
    [InlineData("/api/v1/recordings", null, "record")]
    public async Task Begin_WhereTheLeaseMayNotBeWritten_NobodyIsToldAndTheAuditSaysThatItFailed(string path, string? body, string action)
    {
        var host = await _cluster.RunPublishedAsync();
        _cluster.Api.Forbidding = (_, asked) => asked.Contains("mesh-shared", StringComparison.Ordinal);

        var (status, problem) = await SendAsync(host, "ops/sre", HttpMethod.Post, path, body);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("Lease mesh-shared of shop-mesh", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, Live(host));
        var audit = (await SendAsync(host, "ops/viewer", HttpMethod.Get, "/api/v1/audit")).Body;
        Assert.Equal([(action, "failed")], audit["events"]!.AsArray().Select(e => ((string)e!["action"]!, (string)e["outcome"]!)));
    }

    private static string Entry(string id, DateTimeOffset started) => $$"""
        {"id":"{{id}}","by":"x","startedAt":"{{started:O}}","endsAt":"{{started.AddHours(1):O}}","fault":{"to":"shop/payments/http","duration":"1h","abort":{"httpStatus":503} } }
        """;

    private static JsonObject LeaseOf(string faults, int version = 0) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = "mesh-shared", ["resourceVersion"] = $"{version}", ["annotations"] = new JsonObject { ["mesh.dev/faults"] = faults } },
        ["spec"] = new JsonObject(),
    };

    private static int Live(ControlPlaneHost host) => host.Services.GetRequiredService<FaultLeases>().Live.Length;

    private string? Annotation() => (string?)_cluster.Api.Objects.Find(Lease)?["metadata"]?["annotations"]?["mesh.dev/faults"];

    private Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(ControlPlaneHost host, string who, HttpMethod method, string path, string? body = null) => _cluster.SendAsync(host, who, method, path, body);
}
