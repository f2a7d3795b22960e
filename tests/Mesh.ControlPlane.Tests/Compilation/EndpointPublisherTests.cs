using System.Collections.Immutable;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Topology;
using Mesh.Testing;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Compilation;

/// <summary>What a replica that comes, goes or changes costs: its service and no other.</summary>
public sealed class EndpointPublisherTests : IAsyncLifetime
{
    private static readonly ServiceId Orders = new("default", "orders");
    private static readonly ServiceId Payments = new("default", "payments");
    private static readonly TestMesh Mesh = TestMesh.Empty.Service("orders", ports: ["http"]).Service("payments", ports: ["http"]).Service("web", uses: ["orders", "payments"]);
    private static readonly MeshTopology Shop = Mesh.Topology;

    private readonly TemporaryDirectory _directory = new();
    private readonly SnapshotCache _cache = new();
    private readonly KnownReplicas _replicas = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly EndpointPublisher _publisher;

    public EndpointPublisherTests() => _publisher = Publisher();

    public async ValueTask InitializeAsync() => await _publisher.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _publisher.StopAsync(CancellationToken.None);
        _publisher.Dispose();
        _meters.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Replica_ThatCame_IsToldWithoutALookAtAnyOtherService()
    {
        _publisher.Publish(Shop);
        _replicas.ForgetQuestions();

        _replicas.Set(Replica(Orders, "orders-1"));

        await Eventually.IsAsync(() => IsTold(Orders, "orders-1"), "the endpoint");
        Assert.Equal(["default/orders"], _replicas.Questions);
    }

    [Fact]
    public async Task Replicas_ThatChangeWhileNothingIsKnownOfOthers_AreToldOnceEverythingIs()
    {
        _replicas.IsComplete = false;
        _publisher.Publish(Shop);
        _replicas.Set(Replica(Orders, "orders-1"));
        _replicas.Set(Replica(Payments, "payments-1"));
        Assert.Empty(Told(_cache, Orders));

        _replicas.IsComplete = true;
        _replicas.Tell();

        await Eventually.IsAsync(() => IsTold(Orders, "orders-1") && IsTold(Payments, "payments-1"), "both endpoints");
    }

    [Fact]
    public async Task Topology_ThatLostAService_LeavesItNoEndpoint()
    {
        _publisher.Publish(Shop);
        _replicas.Set(Replica(Orders, "orders-1"));
        await Eventually.IsAsync(() => IsTold(Orders, "orders-1"), "the endpoint");

        _publisher.Publish(Shop with { Services = Shop.Services.Remove(Orders) });

        Assert.False(IsTold(Orders, "orders-1"));
    }

    [Fact]
    public async Task Replicas_OfOneService_AreExpectedBackAfterARestartThatAnotherServiceDoesNotWaitFor()
    {
        _publisher.Publish(Shop);
        _replicas.Set(Replica(Orders, "orders-1"));
        _replicas.Set(Replica(Orders, "orders-2"));
        await Eventually.IsAsync(() => IsTold(Orders, "orders-2"), "both endpoints");
        await _publisher.StopAsync(TestContext.Current.CancellationToken);

        var (cache, replicas) = (new SnapshotCache(), new KnownReplicas());
        using var again = Publisher(cache, replicas);
        await again.StartAsync(TestContext.Current.CancellationToken);
        again.Publish(Shop);
        replicas.Set(Replica(Orders, "orders-1"));
        replicas.Set(Replica(Payments, "payments-1"));
        await Eventually.IsAsync(() => IsTold(Payments, "payments-1", cache), "the other service's endpoint");
        Assert.Empty(Told(cache, Orders));

        replicas.Set(Replica(Orders, "orders-2"));
        await Eventually.IsAsync(() => IsTold(Orders, "orders-1", cache) && IsTold(Orders, "orders-2", cache), "both endpoints");
        await again.StopAsync(TestContext.Current.CancellationToken);
    }

    // What callers of a service are told of it; empty: nothing is said.
    private static string Told(SnapshotCache cache, ServiceId service)
    {
        cache.Publish("web", Mesh.Snapshot("web"));
        return string.Concat(cache.ResourcesOf("web").Where(r => r.TypeUrl == TypeUrls.Endpoints && r.Name == $"{service}/http").Select(r => r.Body.ToStringUtf8()));
    }

    private bool IsTold(ServiceId service, string replica, SnapshotCache? cache = null) => Told(cache ?? _cache, service).Contains(replica, StringComparison.Ordinal);

    private EndpointPublisher Publisher(SnapshotCache? cache = null, KnownReplicas? replicas = null) => new(
        cache ?? _cache,
        replicas ?? _replicas,
        new ExpectedReplicas(new StateDirectory(Path.Combine(_directory.Path, "state")), ControlPlaneHost.Settings(_directory)),
        ActivatorUtilities.CreateInstance<ControlPlaneMetrics>(_meters),
        _lifetime,
        _time,
        NullLogger<EndpointPublisher>.Instance);

    private static RegisteredReplica Replica(ServiceId service, string name) =>
        new(new() { Service = service, Name = name, Address = "127.0.0.1", Port = 40001, ReadyPorts = ["http"] }, false, null, "", DateTimeOffset.UnixEpoch);

    // Notes whose replicas it was asked for.
    private sealed class KnownReplicas : IReplicaSource
    {
        private readonly Lock _lock = new();
        private readonly List<string> _questions = [];
        private ImmutableArray<RegisteredReplica> _replicas = [];

        public event Action<ImmutableArray<ServiceId>>? Changed;

        public bool IsComplete { get; set; } = true;

        public ImmutableArray<RegisteredReplica> Replicas => Ask("all", _ => true);

        public string[] Questions
        {
            get
            {
                lock (_lock)
                {
                    return [.. _questions];
                }
            }
        }

        public ImmutableArray<RegisteredReplica> Of(ServiceId service) => Ask(service.ToString(), r => r.Replica.Service == service);

        public string ZoneOf(ServiceId service, string replica) => "";

        public void ForgetQuestions()
        {
            lock (_lock)
            {
                _questions.Clear();
            }
        }

        public void Set(RegisteredReplica replica)
        {
            lock (_lock)
            {
                _replicas = [.. _replicas.Where(r => r.Replica.Name != replica.Replica.Name), replica];
            }

            Tell(replica.Replica.Service);
        }

        public void Tell(params ImmutableArray<ServiceId> services) => Changed?.Invoke(services);

        private ImmutableArray<RegisteredReplica> Ask(string what, Func<RegisteredReplica, bool> which)
        {
            lock (_lock)
            {
                _questions.Add(what);
                return [.. _replicas.Where(which)];
            }
        }
    }
}
