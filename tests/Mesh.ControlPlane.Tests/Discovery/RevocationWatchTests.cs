using System.Collections.Immutable;
using Envoy.Config.Listener.V3;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Model;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Discovery;

public sealed class RevocationWatchTests
{
    [Theory]
    [InlineData("a b", "a", "", "", true)]
    [InlineData("a", "a b", "", "", false)]
    [InlineData("a", "a", "", "x", true)]
    [InlineData("a", "a", "x", "", false)]
    [InlineData("a", "a", "x", "x", false)]
    public void Narrows_TakenAllowOrNewDenial_IsARevocation(string allowBefore, string allowAfter, string denyBefore, string denyAfter, bool expected) =>
        Assert.Equal(expected, RevocationWatch.Narrows(Snapshot(allowBefore, denyBefore), Snapshot(allowAfter, denyAfter)));

    [Theory]
    [InlineData("a", "a", false)]
    [InlineData("a", "b", true)]
    public void Narrows_HeadersAndClaims_AreComparedByWhatTheySay(string before, string after, bool expected)
    {
        PermissionRule[] Named(string value) =>
        [
            new() { Requests = [new RequestMatch(null, null) { Headers = [new("h", ValueMatchKind.Exact, value)] }], Origin = Origin.Default },
            new() { Anyone = true, Token = new() { Providers = ["p"], Claims = [new() { Path = ["sub"], Values = [value] }] }, Origin = Origin.Default },
        ];
        ProxySnapshot With(PermissionRule rule) => Snapshot("", "") with { Inbound = [Snapshot("", "").Inbound[0] with { Permissions = new() { Allow = [rule] } }] };

        Assert.All(Named(before).Zip(Named(after)), pair => Assert.Equal(expected, RevocationWatch.Narrows(With(pair.First), With(pair.Second))));
    }

    [Fact]
    public async Task Revocation_ThatNobodyAcknowledges_RaisesOneAlarmThatEndsWithTheReplica()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(directory), time);
        var compiler = host.Services.GetRequiredService<MeshCompiler>();
        await PumpAsync(time, () => compiler.Current is not null);
        var registry = host.Services.GetRequiredService<ReplicaRegistry>();
        var orders = new RegisteredReplica(
            new Replica { Service = new ServiceId("default", "orders"), Name = "one", Address = "127.0.0.1", Port = 1, ReadyPorts = ["http"] }, false, null, "", time.GetUtcNow());
        var lease = registry.Register(orders);
        var watch = host.Services.GetRequiredService<RevocationWatch>();

        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront"), Documents.Service("orders")));

        // Slowly: what reads the file may be held up for a while, and no alarm is due yet.
        await PumpAsync(time, () => host.Logs.Lines.Any(l => l.Id == 2410), step: 5);
        Assert.Empty(watch.Alarms);
        await PumpAsync(time, () => lease.Renew(orders) && watch.Alarms.Length > 0);

        Assert.Equal((new ServiceId("default", "orders"), "one"), Assert.Single(watch.Alarms));
        Assert.Single(host.Logs.Lines, l => l.Id == 2411);
        lease.Dispose();
        await PumpAsync(time, () => watch.Alarms.IsEmpty);
    }

    [Fact]
    public async Task Revocation_ThatAProxylessServerDoesNotAcknowledge_RaisesAnAlarmUntilItDoes()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(directory), time);
        await PumpAsync(time, () => host.Services.GetRequiredService<MeshCompiler>().Current is not null);
        await using var server = await ProxylessClient.StartAsync(host, "orders");
        await server.GetAsync(TypeUrls.Listener, "inbound/server/http/0.0.0.0:50051", Listener.Parser);
        await Eventually.IsAsync(() => host.Services.GetRequiredService<ProxyDirectory>().Clients is [{ IsCurrent: true }], "what it was sent first is accepted");
        var watch = host.Services.GetRequiredService<RevocationWatch>();

        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront"), Documents.Service("orders")));
        await PumpAsync(time, () => watch.Alarms.Length > 0);

        Assert.Equal((new ServiceId("default", "orders"), "one (grpc)"), Assert.Single(watch.Alarms));
        await server.NextAsync(TypeUrls.Listener);
        await PumpAsync(time, () => watch.Alarms.IsEmpty);
    }

    [Fact]
    public async Task Revocation_AcknowledgedToAnotherReplicaOfTheControlPlane_RaisesNoAlarm()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(directory), time);
        await PumpAsync(time, () => host.Services.GetRequiredService<MeshCompiler>().Current is not null);
        var service = new ServiceId("default", "orders");
        var orders = new RegisteredReplica(new Replica { Service = service, Name = "one", Address = "127.0.0.1", Port = 1, ReadyPorts = ["http"] }, false, null, "", time.GetUtcNow());
        using var lease = host.Services.GetRequiredService<ReplicaRegistry>().Register(orders);
        var proxies = host.Services.GetRequiredService<ProxyDirectory>();
        var cache = host.Services.GetRequiredService<SnapshotCache>();
        var peers = new SayingPeers(() => proxies.Elsewhere = [Acknowledged(service, cache.VersionOf(service.ToString(), TypeUrls.Listener)!)]);
        using var watch = ActivatorUtilities.CreateInstance<RevocationWatch>(host.Services, peers);
        await watch.StartAsync(TestContext.Current.CancellationToken);

        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront"), Documents.Service("orders")));
        await PumpAsync(time, () => lease.Renew(orders) && host.Logs.Lines.Count(l => l.Id == 2410) >= 2);
        var until = time.GetUtcNow() + (2 * RevocationWatch.Patience);
        await PumpAsync(time, () => lease.Renew(orders) && time.GetUtcNow() > until);

        Assert.Empty(watch.Alarms);
        Assert.True(peers.Asked);
    }

    [Fact]
    public async Task Start_ASidecarThatDoesNotComeBack_RaisesAnAlarmBecauseAPermissionMayHaveBeenRevokedMeanwhile()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(directory), time);
        var orders = Registered("orders", time);
        using var lease = host.Services.GetRequiredService<ReplicaRegistry>().Register(orders);
        var watch = host.Services.GetRequiredService<RevocationWatch>();

        // From before it is served: the clock may have gone on when that is seen.
        var until = time.GetUtcNow() + RevocationWatch.Return - TimeSpan.FromSeconds(2);
        await PumpAsync(time, () => host.Services.GetRequiredService<MeshCompiler>().Current is not null);
        await PumpAsync(time, () => lease.Renew(orders) && time.GetUtcNow() > until, step: 500);
        Assert.Empty(watch.Alarms);
        await PumpAsync(time, () => lease.Renew(orders) && watch.Alarms.Length > 0, step: 500);

        Assert.Equal((new ServiceId("default", "orders"), "one"), Assert.Single(watch.Alarms));
        Assert.Single(host.Logs.Lines, l => l.Id == 2412);
        Assert.DoesNotContain(host.Logs.Lines, l => l.Id is 2410 or 2411);
        lease.Dispose();
        await PumpAsync(time, () => watch.Alarms.IsEmpty);
    }

    [Fact]
    public async Task Start_AClientThatComesBackAndRefusesWhatItIsServed_RaisesAnAlarm()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront"), Documents.Service("orders")));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(directory), time);
        await PumpAsync(time, () => host.Services.GetRequiredService<MeshCompiler>().Current is not null);
        var watch = host.Services.GetRequiredService<RevocationWatch>();

        // It comes when everyone who was there at once has been looked at.
        var until = time.GetUtcNow() + RevocationWatch.Patience;
        await PumpAsync(time, () => time.GetUtcNow() > until);
        await using var server = await ProxylessClient.StartAsync(host, "orders");
        await server.AskAsync(TypeUrls.Listener, "inbound/server/http/0.0.0.0:50051");
        await server.NextAsync(TypeUrls.Listener, error: "no");
        await PumpAsync(time, () => watch.Alarms.Length > 0);

        Assert.Equal((new ServiceId("default", "orders"), "one (grpc)"), Assert.Single(watch.Alarms));
        Assert.Single(host.Logs.Lines, l => l.Id == 2412);
    }

    [Fact]
    public async Task Start_ASidecarThatSpeaksWithAnotherReplicaOfTheControlPlane_IsLeftToThatOne()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("policies/a.yaml", Documents.All(Documents.Service("orders")));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(directory), time);
        var orders = Registered("orders", time);
        using var lease = host.Services.GetRequiredService<ReplicaRegistry>().Register(orders);
        host.Services.GetRequiredService<ProxyDirectory>().Elsewhere = [Acknowledged(new ServiceId("default", "orders"), "what an older version said")];
        await PumpAsync(time, () => host.Services.GetRequiredService<MeshCompiler>().Current is not null);

        var until = time.GetUtcNow() + (2 * RevocationWatch.Return);
        await PumpAsync(time, () => lease.Renew(orders) && time.GetUtcNow() > until, step: 500);

        Assert.Empty(host.Services.GetRequiredService<RevocationWatch>().Alarms);
    }

    [Fact]
    public async Task Revocation_OfAllServicesAtOnce_LooksThroughTheSidecarsOnce()
    {
        using var directory = new TemporaryDirectory();
        string[] services = ["a", "b", "c", "d", "e"];
        directory.Write("policies/a.yaml", Documents.All([Documents.Service("storefront", services), .. services.Select(s => Documents.Service(s))]));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(directory), time);
        await PumpAsync(time, () => host.Services.GetRequiredService<MeshCompiler>().Current is not null);
        var source = new CountingReplicas([.. services.Select(s => Registered(s, time))]);
        using var watch = ActivatorUtilities.CreateInstance<RevocationWatch>(host.Services, ActivatorUtilities.CreateInstance<ProxyDirectory>(host.Services, source));
        await watch.StartAsync(TestContext.Current.CancellationToken);

        directory.Write("policies/a.yaml", Documents.All([Documents.Service("storefront"), .. services.Select(s => Documents.Service(s))]));
        await PumpAsync(time, () => watch.Alarms.Length == services.Length);
        var before = source.Read;
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(before + 1, source.Read);
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    private static RegisteredReplica Registered(string service, TimeProvider time) =>
        new(new Replica { Service = new ServiceId("default", service), Name = "one", Address = "127.0.0.1", Port = 1, ReadyPorts = ["http"] }, false, null, "", time.GetUtcNow());

    private static StreamStatus Acknowledged(ServiceId service, string version) => new(
        -1,
        new NodeId(SpiffeId.ForService(ControlPlaneHost.TrustDomain, service), "one").ToString(),
        ClientKind.Mesh,
        service.ToString(),
        "",
        DateTimeOffset.UnixEpoch,
        ImmutableDictionary.CreateRange([KeyValuePair.Create(TypeUrls.Listener, new TypeStatus(version, DateTimeOffset.UnixEpoch, version, DateTimeOffset.UnixEpoch, null, null))]));

    private sealed class CountingReplicas(ImmutableArray<RegisteredReplica> replicas) : IReplicaSource
    {
        public event Action<ImmutableArray<ServiceId>>? Changed
        {
            add { }
            remove { }
        }

        public int Read { get; private set; }

        public ImmutableArray<RegisteredReplica> Replicas
        {
            get
            {
                Read++;
                return replicas;
            }
        }

        public ImmutableArray<RegisteredReplica> Of(ServiceId service) => [.. Replicas.Where(r => r.Replica.Service == service)];

        public bool IsComplete => true;

        public string ZoneOf(ServiceId service, string replica) => "";
    }

    private sealed class SayingPeers(Action say) : IPeerStreams
    {
        public bool Asked { get; private set; }

        public Task RefreshAsync(CancellationToken cancellationToken)
        {
            Asked = true;
            say();
            return Task.CompletedTask;
        }
    }

    // The watched clock only moves when the test moves it; what it sets off runs on real threads.
    private static Task PumpAsync(FakeTimeProvider time, Func<bool> condition, int step = 50) => Eventually.IsAsync(() =>
    {
        if (condition())
        {
            return true;
        }

        time.Advance(TimeSpan.FromMilliseconds(step));
        return false;
    });

    private static ProxySnapshot Snapshot(string allow, string deny) => new()
    {
        Identity = SpiffeId.Parse("spiffe://shop.local/ns/default/sa/orders"),
        Inbound =
        [
            new InboundPort
            {
                Port = new PortRef(new ServiceId("default", "orders"), "http"),
                Protocol = AppProtocol.Http,
                Permissions = new PermissionSet { Allow = [.. Rules(allow)], Deny = [.. Rules(deny)] },
            },
        ],
    };

    private static IEnumerable<PermissionRule> Rules(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(n => new PermissionRule { Principals = [new PrincipalMatch($"spiffe://shop.local/ns/default/sa/{n}")], Origin = Origin.Default });
}
