using System.Net;
using Mesh.ControlPlane.Kubernetes.Documents;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>Documents of a cluster, against hand-written exchanges.</summary>
public sealed class CustomResourceTests : IAsyncLifetime
{
    private const string AllowOrders = """{ "targetRef": { "kind": "Service", "name": "payments" }, "rules": [ { "default": { "allow": [ { "service": "orders" } ] } } ] }""";

    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await Cluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Resource_AppliedChangedDeleted_IsInForceAtOnce()
    {
        _cluster.Service("payments");
        var host = await _cluster.RunPublishedAsync();
        Assert.Equal(["payments"], Names(host));

        _cluster.Document("timeouts", "short", Timeout("1s"));
        await Eventually.IsAsync(() => Request(host) == TimeSpan.FromSeconds(1), "a timeout of 1 s");

        _cluster.Document("timeouts", "short", Timeout("2s"));
        await Eventually.IsAsync(() => Request(host) == TimeSpan.FromSeconds(2), "a timeout of 2 s");

        _cluster.Api.Objects.Delete(Cluster.Path("timeouts", "short"));
        await Eventually.IsAsync(() => Request(host) is null, "no timeout");
        Assert.Equal(["payments"], Names(host));
    }

    [Fact]
    public async Task Resource_InABadVersion_KeepsItsLastGoodOne()
    {
        _cluster.Service("payments");
        _cluster.Document("timeouts", "short", Timeout("1s"));
        var host = await _cluster.RunPublishedAsync();

        _cluster.Document("timeouts", "short", Timeout("soon"));
        await Eventually.IsAsync(() => Cluster.Stored(host).Entries.Any(e => !e.IsGood), "a refused document");

        Assert.Equal(TimeSpan.FromSeconds(1), Request(host));
        Assert.Contains("soon", Assert.Single(Cluster.Stored(host).Entries, e => !e.IsGood).Violations[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permission_RevokedInABadVersion_IsRevoked()
    {
        _cluster.Document("trafficpermissions", "who", AllowOrders.Replace("""{ "service": "orders" }""", """{ "service": "orders" }, { "service": "web" }""", StringComparison.Ordinal));
        var host = await _cluster.RunPublishedAsync();
        Assert.Equal(["orders", "web"], Allowed(host));

        _cluster.Document("trafficpermissions", "who", AllowOrders.Replace("\"rules\"", "\"roles\": 1, \"rules\"", StringComparison.Ordinal));

        await Eventually.IsAsync(() => Allowed(host) is ["orders"], "a permission without web");
        Assert.Contains(Cluster.Stored(host).Entries, e => !e.IsGood);
    }

    [Fact]
    public async Task Start_ObjectThatIsBadAlready_TakesTheLastGoodOneFromItsStatus()
    {
        _cluster.Api.Objects.Put(Cluster.Path("timeouts", "short"), $$"""
            {
              "metadata": {}, "spec": {{Timeout("soon")}},
              "status": { "lastGood": "{\"apiVersion\":\"mesh.dev/v1alpha1\",\"kind\":\"Timeout\",\"metadata\":{\"name\":\"short\",\"namespace\":\"shop\"},\"spec\":{{Timeout("1s").Replace("\"", "\\\"", StringComparison.Ordinal)}}}" }
            }
            """);

        var host = await _cluster.RunPublishedAsync();

        Assert.Equal(TimeSpan.FromSeconds(1), Request(host));
        Assert.False(Assert.Single(Cluster.Stored(host).Entries).IsGood);
    }

    [Fact]
    public async Task Watch_Broken_GoesOnWithoutListingAgain()
    {
        _cluster.Service("payments");
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => CustomResourceNames.Kinds.All(k => _cluster.Api.Objects.IsWatched(CustomResourceNames.PluralOf(k))), "every kind watched");
        _cluster.Api.Requests.Clear();

        _cluster.Api.Objects.EndWatches();
        _cluster.Service("orders");

        await Eventually.IsAsync(() => Names(host) is ["orders", "payments"], "orders");
        Assert.DoesNotContain(_cluster.Api.Requests, r => r.Contains("services?limit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_VersionForgotten_ListsAgainAndSeesWhatIsGone()
    {
        _cluster.Service("payments");
        _cluster.Service("orders");
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => CustomResourceNames.Kinds.All(k => _cluster.Api.Objects.IsWatched(CustomResourceNames.PluralOf(k))), "every kind watched");

        _cluster.Api.Failing = HttpStatusCode.ServiceUnavailable;
        _cluster.Api.Objects.EndWatches();
        _cluster.Api.Objects.Delete(Cluster.Path("services", "orders"));
        _cluster.Service("web");
        _cluster.Api.Objects.Compact();
        _cluster.Api.Failing = null;

        await Eventually.IsAsync(() => Names(host) is ["payments", "web"], "web and no orders");
    }

    [Fact]
    public async Task ApiServer_Away_EverythingGoesOnAndIsCaughtUpWith()
    {
        _cluster.Service("payments");
        _cluster.Service("web", "payments");
        _cluster.Pod("web-1", "web", "10.1.0.1");
        var host = await _cluster.RunPublishedAsync();
        using var sidecar = await _cluster.EnrollAsync(host, "web", "web-1");
        await Eventually.IsAsync(() => _cluster.Api.Objects.IsWatched("services"), "the services watched");

        _cluster.Api.Failing = HttpStatusCode.ServiceUnavailable;
        _cluster.Api.Objects.EndWatches();
        _cluster.Service("orders");

        // A sidecar that has a certificate renews it, and configuration is served.
        await sidecar.SignAsync();
        using var ready = await host.Http.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        await Eventually.IsAsync(() => host.Logs.Lines.Any(l => l.Id == 2600), "the words for it");
        Assert.Equal(["payments", "web"], Names(host));

        _cluster.Api.Failing = null;
        await Eventually.IsAsync(() => Names(host) is ["orders", "payments", "web"], "orders");
    }

    [Fact]
    public async Task Watch_AfterABookmark_GoesOnFromIt()
    {
        _cluster.HoldLease();
        _cluster.Service("payments");
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => CustomResourceNames.Kinds.All(k => _cluster.Api.Objects.IsWatched(CustomResourceNames.PluralOf(k))), "every kind watched");

        // Nobody leads and writes, and nothing of ours changes, so only the bookmark carries the watch past what is forgotten.
        _cluster.Api.Objects.Put("api/v1/namespaces/other/configmaps/noise", "{}");
        _cluster.Api.Objects.SendBookmarks();
        var version = _cluster.Api.Objects.Version;
        _cluster.Api.Requests.Clear();
        _cluster.Api.Objects.EndWatches();

        await Eventually.IsAsync(() => _cluster.Api.Requests.Any(r => r.Contains("/services?watch", StringComparison.Ordinal)), "the services watched again");
        Assert.EndsWith($"resourceVersion={version}", _cluster.Api.Requests.First(r => r.Contains("/services?watch", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(["payments"], Names(host));
    }

    [Fact]
    public async Task Start_KindsWithoutDefinition_WaitsForThem()
    {
        // Whoever may make them has not come yet.
        _cluster.Api.Objects.NeedsDefinitions = true;
        _cluster.Api.Conflicting = (method, path) => method == "POST" && path.EndsWith("customresourcedefinitions", StringComparison.Ordinal);
        var host = await _cluster.RunAsync();
        using var notReady = await host.Http.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, notReady.StatusCode);

        foreach (var kind in CustomResourceNames.Kinds)
        {
            _cluster.Api.Objects.Put($"apis/apiextensions.k8s.io/v1/customresourcedefinitions/{CustomResourceNames.PluralOf(kind)}.mesh.dev", "{}");
        }

        _cluster.Service("payments");
        await Eventually.IsAsync(() => Names(host) is ["payments"], "payments");
    }

    [Fact]
    public async Task Burst_OfDocuments_IsTakenInAtOnce()
    {
        _cluster.HoldLease();
        var host = await _cluster.RunPublishedAsync();
        var (store, resources) = (host.Services.GetRequiredService<ConfigurationStore>(), host.Services.GetRequiredService<CustomResourceWatcher>());
        using var isBusy = new SemaphoreSlim(0);
        using var mayGoOn = new SemaphoreSlim(0);
        var merges = 0;
        store.Changed += () =>
        {
            if (Interlocked.Increment(ref merges) == 1)
            {
                isBusy.Release();
                Assert.True(mayGoOn.Wait(TimeSpan.FromSeconds(30), CancellationToken.None));
            }
        };

        _cluster.Service("first");
        Assert.True(await isBusy.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        for (var i = 0; i < 50; i++)
        {
            _cluster.Service($"more-{i}");
        }

        await Eventually.IsAsync(() => resources.Current.Length == 51, "all of them read while the store is busy with the first");
        mayGoOn.Release();

        await Eventually.IsAsync(() => Volatile.Read(ref merges) == 2 && Names(host).Length == 51, "all of them in force with one more merge");
    }

    [Fact]
    public async Task Namespace_ThatIsGone_HoldsUpNoOther()
    {
        _cluster.Api.Forbidding = (_, path) => path.Contains("/namespaces/gone/", StringComparison.Ordinal);
        _cluster.Service("payments");

        var host = await _cluster.RunAsync(s => s with { Kubernetes = s.Kubernetes! with { Namespaces = ["gone", "shop"] } });

        await Eventually.IsAsync(() => Names(host) is ["payments"], "what is in the other one");
        await Eventually.IsAsync(async () => await ReadyAsync(host) == "ready", "ready");
        Assert.Contains(host.Logs.Lines, l => l.Id == 2604);
    }

    [Fact]
    public async Task Namespace_ThatMayNotBeRead_IsNamedByReadinessWithTheCure()
    {
        _cluster.Api.Objects.Put("api/v1/namespaces/closed", "{}");
        _cluster.Api.Forbidding = (_, path) => path.Contains("/namespaces/closed/", StringComparison.Ordinal);
        _cluster.Service("payments");

        var host = await _cluster.RunAsync(s => s with { Kubernetes = s.Kubernetes! with { Namespaces = ["closed", "shop"] } });

        const string Cure = "403 Forbidden; bind the control plane's Role in namespace closed (helm upgrade does), or take the namespace out of those that it serves";
        await Eventually.IsAsync(async () => await ReadyAsync(host) is var said && said.Contains($"\ntimeouts of closed: {Cure}", StringComparison.Ordinal) && said.Contains($"\npods of closed: {Cure}", StringComparison.Ordinal), "the cure");
        Assert.DoesNotContain("of shop", await ReadyAsync(host), StringComparison.Ordinal);

        _cluster.Api.Forbidding = null;
        await Eventually.IsAsync(async () => await ReadyAsync(host) == "ready", "ready");
    }

    [Fact]
    public async Task Origin_OfAnObject_IsWhereItsAuthorWroteIt()
    {
        _cluster.Document("timeouts", "short", Timeout("1s"), """{ "annotations": { "mesh.dev/declared-at": "{\".\":\"AppHost.cs:12\"}" } }""");
        _cluster.Document("timeouts", "other", Timeout("2s"), """{ "annotations": { "mesh.dev/declared-at": "nonsense" } }""");

        var host = await _cluster.RunPublishedAsync();

        Assert.Equal(["kubernetes/shop/timeouts/other:1", "AppHost.cs:12"], Cluster.Stored(host).InForce.Select(r => r.Origin.Location));
    }

    private static async Task<string> ReadyAsync(ControlPlaneHost host)
    {
        using var answer = await host.Http.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static string Timeout(string request) => $$$"""{"to":[{"targetRef":{"kind":"Service","name":"payments"},"default":{"request":"{{{request}}}"}}]}""";

    private static string[] Names(ControlPlaneHost host) => [.. Cluster.Stored(host).InForce.OfType<ServiceResource>().Select(s => s.Metadata.Name)];

    private static TimeSpan? Request(ControlPlaneHost host) => Cluster.Stored(host).InForce.OfType<TimeoutPolicy>().SingleOrDefault()?.To[0].Default.Request;

    private static string?[] Allowed(ControlPlaneHost host) =>
        [.. Cluster.Stored(host).InForce.OfType<TrafficPermissionPolicy>().SelectMany(p => p.Rules).SelectMany(r => r.Default.Allow).Select(a => a.Service)];
}
