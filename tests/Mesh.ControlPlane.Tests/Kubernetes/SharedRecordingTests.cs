using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Recording.V1;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>A recording where the control plane runs twice: the sidecars of both note what they see, and whichever is asked tells of all of it.</summary>
public sealed class SharedRecordingTests : IAsyncLifetime
{
    private const string Recordings = "/api/v1/recordings";
    private const string Lease = "apis/coordination.k8s.io/v1/namespaces/shop-mesh/leases/mesh-shared";

    private Cluster _cluster = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        _cluster.Service("payments");
        _cluster.Service("web", "payments");
        _cluster.Pod("payments-1", "payments", "10.1.0.1");
        _cluster.Pod("payments-2", "payments", "10.1.0.2");
        _cluster.Api.Reviews.Allow("ops/sre", "get");
        _cluster.Api.Reviews.Allow("ops/sre", "debug");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Recording_BegunAtOneReplica_IsWhatTheSidecarsOfBothSaw()
    {
        var (one, two) = await TwoAsync();
        await using var first = await _cluster.ConnectAsync(one, "payments", "payments-1");
        await using var second = await _cluster.ConnectAsync(two, "payments", "payments-2");
        using var firstReports = await _cluster.EnrollAsync(one, "payments", "payments-1");
        using var secondReports = await _cluster.EnrollAsync(two, "payments", "payments-2");
        using var toOne = firstReports.Connect();
        using var toTwo = secondReports.Connect();

        var (status, begun) = await SendAsync(one, HttpMethod.Post, Recordings, """{"duration": "10m"}""");
        Assert.Equal(HttpStatusCode.Created, status);
        var id = (string)begun["id"]!;
        await first.Sink.UntilAsync(sink => sink.Recording is not null);
        await second.Sink.UntilAsync(sink => sink.Recording is not null);
        await Eventually.IsAsync(async () => (await GetAsync(one, id))["sidecars"]!.AsArray().Count(s => (bool)s!["acknowledged"]!) == 2, "both record");
        await ReportAsync(toOne, id, "payments-1", requests: 30, isFinal: false);
        await ReportAsync(toTwo, id, "payments-2", requests: 12, isFinal: false);
        await UntilAsync(one, id, seen => (int)seen["requests"]! == 42);
        await UntilAsync(two, id, seen => (int)seen["requests"]! == 42);

        // The other one ends it, and waits for the last reports to both.
        var ending = SendAsync(two, HttpMethod.Post, $"{Recordings}/{id}/end");
        await first.Sink.UntilAsync(sink => sink.Recording is null);
        await second.Sink.UntilAsync(sink => sink.Recording is null);
        await Task.WhenAll(ReportAsync(toOne, id, "payments-1", requests: 1, isFinal: true), ReportAsync(toTwo, id, "payments-2", requests: 1, isFinal: true));

        Assert.Empty((await ending).Body["silent"]!.AsArray());
        await UntilAsync(two, id, seen => (int)seen["requests"]! == 44 && seen["gaps"]!.AsArray().Count == 0);
        using var http = one.Client(_cluster.Api.Reviews.Issue("ops/sre"));
        await Eventually.GetAsync(() => http.GetStringAsync($"{Recordings}/{id}/policies", Stop), said => said.Contains("#   GET /charges/{}  44", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Begin_WhileOneRunsAtTheOther_IsAConflictThatNamesWho()
    {
        var (one, two) = await TwoAsync();
        await SendAsync(one, HttpMethod.Post, Recordings);

        var (status, problem) = await SendAsync(two, HttpMethod.Post, Recordings);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("system:serviceaccount:ops:sre records already", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_AtTheOther_KeepsItAtBoth()
    {
        var (one, two) = await TwoAsync();
        var id = (string)(await SendAsync(one, HttpMethod.Post, Recordings)).Body["id"]!;
        var held = Latest(one)!.HeldUntil;

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(two, HttpMethod.Post, $"{Recordings}/{id}/keep")).Status);

        await Eventually.IsAsync(() => Latest(one)!.HeldUntil > held && Latest(two)!.HeldUntil > held, "both hold it for longer");
    }

    [Fact]
    public async Task Replica_ThatStartsInTheMiddle_SaysThatItKnowsNothingOfTheTimeBefore()
    {
        var one = await _cluster.RunPublishedAsync();
        _cluster.ControlPlanePod("mesh-control-plane-1", one);
        await Eventually.IsAsync(() => _cluster.Api.Objects.IsWatched("leases"), "watched");
        var id = (string)(await SendAsync(one, HttpMethod.Post, Recordings)).Body["id"]!;

        var two = await _cluster.RunPublishedAsync();
        _cluster.ControlPlanePod("mesh-control-plane-2", two);

        await Eventually.IsAsync(() => Latest(two)?.Id == id, "it has heard of it");
        foreach (var host in new[] { one, two })
        {
            await UntilAsync(host, id, seen => seen["gaps"]!.AsArray() is [{ } gap] && gap.ToString().Contains("a replica of the control plane began anew meanwhile", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Replica_ThatDoesNotAnswer_IsSaidToBeMissing()
    {
        var (one, two) = await TwoAsync();
        var id = (string)(await SendAsync(one, HttpMethod.Post, Recordings)).Body["id"]!;
        var address = two.Addresses.Grpc!;
        await two.DisposeAsync();

        await UntilAsync(one, id, seen => seen["gaps"]!.AsArray() is [{ } gap]
            && gap.ToString().StartsWith($"the replica of the control plane at {address.Host}:{address.Port} does not answer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"id":"1","id":"2"}""")]
    [InlineData("""{"id":"\ud800"}""")]
    [InlineData("""{"id":"../x","by":"x","startedAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-01T00:10:00Z","heldUntil":"2026-01-01T00:10:00Z"}""")]
    [InlineData("""{"id":"1","by":"x","startedAt":"2026-01-01T00:00:00Z","endsAt":"2999-01-01T00:00:00Z","heldUntil":"2999-01-01T00:00:00Z"}""")]
    public async Task Lease_OfWhateverIsWrittenThere_IsNoRecordingThatCouldNotHaveBegun(string text)
    {
        _cluster.Api.Objects.Put(Lease, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["mesh.dev/recording"] = text } }, ["spec"] = new JsonObject() }.ToJsonString());
        var host = await _cluster.RunPublishedAsync();

        Assert.Equal(HttpStatusCode.Created, (await SendAsync(host, HttpMethod.Post, Recordings)).Status);
        Assert.Equal("system:serviceaccount:ops:sre", Latest(host)!.By);
    }

    [Fact]
    public async Task Seen_ByASidecar_IsRefused()
    {
        var (one, _) = await TwoAsync();
        using var sidecar = await _cluster.EnrollAsync(one, "payments", "payments-1");
        using var channel = sidecar.Connect();

        var refused = await Assert.ThrowsAsync<RpcException>(() => new RecordingService.RecordingServiceClient(channel).SeenAsync(new SeenRequest { Recording = "x" }, cancellationToken: Stop).ResponseAsync.WaitAsync(TimeSpan.FromSeconds(20), Stop));

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    private static RecordingState? Latest(ControlPlaneHost host) => host.Services.GetRequiredService<Mesh.ControlPlane.Compilation.Recordings>().Latest;

    private static async Task ReportAsync(GrpcChannel channel, string id, string replica, ulong requests, bool isFinal)
    {
        var report = new RecordingReport
        {
            Recording = id,
            Replica = replica,
            Final = isFinal,
            Edges =
            {
                new SeenEdge
                {
                    Caller = "spiffe://shop.local/ns/shop/sa/web",
                    Port = "http",
                    Operations = { new SeenOperation { Method = "GET", Path = "/charges/{}", Succeeded = requests, FirstBucket = 10, Durations = { requests } } },
                },
            },
        };
        await new RecordingService.RecordingServiceClient(channel).ReportAsync(report, cancellationToken: Stop).ResponseAsync.WaitAsync(TimeSpan.FromSeconds(20), Stop);
    }

    private async Task<(ControlPlaneHost One, ControlPlaneHost Two)> TwoAsync()
    {
        var (one, two) = (await _cluster.RunPublishedAsync(), await _cluster.RunPublishedAsync());
        _cluster.ControlPlanePod("mesh-control-plane-1", one);
        _cluster.ControlPlanePod("mesh-control-plane-2", two);
        await Eventually.IsAsync(() => _cluster.Api.Objects.WatchesOf("leases") == 2, "watched by both");
        return (one, two);
    }

    // Replicas wait for each other for a second, and a busy machine may be slower: what one could not say then it says when it is asked again.
    private Task<JsonNode> UntilAsync(ControlPlaneHost host, string id, Func<JsonNode, bool> isIt) => Eventually.GetAsync(() => GetAsync(host, id), isIt, TimeSpan.FromSeconds(30), seen => seen.ToJsonString());

    private async Task<JsonNode> GetAsync(ControlPlaneHost host, string id) => (await SendAsync(host, HttpMethod.Get, $"{Recordings}/{id}")).Body;

    private Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(ControlPlaneHost host, HttpMethod method, string path, string? body = null) => _cluster.SendAsync(host, "ops/sre", method, path, body);
}
