using Grpc.Core;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Registration.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Discovery;

public sealed class RegistrationTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private ControlPlaneHost _host = null!;

    private ReplicaRegistry Registry => _host.Services.GetRequiredService<ReplicaRegistry>();

    public async ValueTask InitializeAsync() => _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory) with { LeaseSeconds = 15 }, _time);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Register_ReadyPort_IsThereUntilTheStreamCloses()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        using var channel = sidecar.Connect();
        using var call = new RegistrationService.RegistrationServiceClient(channel).Register(cancellationToken: TestContext.Current.CancellationToken);

        await call.RequestStream.WriteAsync(Status("orders", ready: true), TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken));
        Assert.Equal(15, call.ResponseStream.Current.Lease.Seconds);
        var replica = Assert.Single(Registry.Replicas).Replica;
        Assert.Equal("http", Assert.Single(replica.ReadyPorts));
        Assert.Equal(("127.0.0.1", 40001, 1), (replica.Address, replica.Port, replica.Weight));

        var gone = ChangeAsync();
        await call.RequestStream.CompleteAsync();
        await gone;
        Assert.Empty(Registry.Replicas);
    }

    [Fact]
    public async Task Register_SilentForItsLease_IsGone()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        using var channel = sidecar.Connect();
        using var call = new RegistrationService.RegistrationServiceClient(channel).Register(cancellationToken: TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(Status("orders", ready: true), TestContext.Current.CancellationToken);
        await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Single(Registry.Replicas);
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Empty(Registry.Replicas);
        await call.RequestStream.WriteAsync(Status("orders", ready: true), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Aborted, refused.StatusCode);
    }

    [Theory]
    [InlineData("payments", "127.0.0.1", 40001u, StatusCode.PermissionDenied)]
    [InlineData("orders", "localhost", 40001u, StatusCode.InvalidArgument)]
    [InlineData("orders", "127.0.0.1", 0u, StatusCode.InvalidArgument)]
    public async Task Register_WrongStatus_IsRefused(string service, string ip, uint port, StatusCode expected)
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        using var channel = sidecar.Connect();
        using var call = new RegistrationService.RegistrationServiceClient(channel).Register(cancellationToken: TestContext.Current.CancellationToken);
        var status = Status(service, ready: true);
        status.MeshDoor = new MeshDoorAddress { Ip = ip, Port = port };

        await call.RequestStream.WriteAsync(status, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken));
        Assert.Equal(expected, refused.StatusCode);
        Assert.Empty(Registry.Replicas);
    }

    [Theory]
    [InlineData(253, null)]
    [InlineData(254, StatusCode.InvalidArgument)]
    public async Task Register_ZoneOrVersionThatCallersWouldChokeOn_IsRefused(int length, StatusCode? expected)
    {
        var text = new string('z', length);
        Assert.Equal(expected, await RegisterAsync(status => status.Zone = text));
        Assert.Equal(expected, await RegisterAsync(status => status.ProxyVersion = text));
    }

    [Fact]
    public async Task Register_PortsMadeUpByTheThousand_TakeABoundedPlace()
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        using var channel = sidecar.Connect();
        using var call = new RegistrationService.RegistrationServiceClient(channel).Register(cancellationToken: TestContext.Current.CancellationToken);
        var status = Status("orders", ready: true);
        status.Ports.AddRange(Enumerable.Range(0, 10_000).Select(i => new PortReadiness { Name = $"made-up-{i}", Ready = true }));

        await call.RequestStream.WriteAsync(status, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken));

        var ports = Assert.Single(Registry.Replicas).Replica.ReadyPorts;
        Assert.Equal(256, ports.Count);
        Assert.Contains("http", ports);
    }

    [Fact]
    public async Task Register_OneReplicaMoreThanCallersCanBeTold_IsRefusedUntilOneGoes()
    {
        var replica = new RegisteredReplica(new() { Service = new("default", "orders"), Name = "", Address = "127.0.0.1", Port = 1 }, false, null, "", _time.GetUtcNow());
        var leases = Enumerable.Range(0, ReplicaRegistry.MaxReplicas).Select(i => Registry.Register(replica with { Replica = replica.Replica with { Name = $"made-up-{i}" } })).ToArray();

        Assert.Equal(StatusCode.ResourceExhausted, await RegisterAsync(_ => { }));

        leases[0].Dispose();
        Assert.Null(await RegisterAsync(_ => { }));
    }

    [Fact]
    public async Task Register_WithoutCertificate_IsUnauthenticated()
    {
        using var sidecar = FakeSidecar.Unknown(_host);
        using var channel = sidecar.Connect();
        using var call = new RegistrationService.RegistrationServiceClient(channel).Register(cancellationToken: TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Fact]
    public void Registry_NewerStreamOfTheSameName_OutlivesTheOlder()
    {
        var replica = new RegisteredReplica(
            new() { Service = new("default", "orders"), Name = "orders-1", Address = "127.0.0.1", Port = 1, ReadyPorts = ["http"] }, false, null, "", _time.GetUtcNow());
        var older = Registry.Register(replica);
        using var newer = Registry.Register(replica with { Replica = replica.Replica with { Port = 2 } });

        older.Dispose();

        Assert.Equal(2, Assert.Single(Registry.Replicas).Replica.Port);
        Assert.False(older.Renew(replica));
        Assert.True(newer.Renew(replica));
    }

    /// <returns>Why the first status was refused; <see langword="null"/>: it was taken.</returns>
    private async Task<StatusCode?> RegisterAsync(Action<ReplicaStatus> change)
    {
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        using var channel = sidecar.Connect();
        using var call = new RegistrationService.RegistrationServiceClient(channel).Register(cancellationToken: TestContext.Current.CancellationToken);
        var status = Status("orders", ready: true);
        change(status);
        await call.RequestStream.WriteAsync(status, TestContext.Current.CancellationToken);
        try
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken));
            return null;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private static ReplicaStatus Status(string service, bool ready) => new()
    {
        Replica = $"{service}-1",
        Namespace = "default",
        Service = service,
        MeshDoor = new MeshDoorAddress { Ip = "127.0.0.1", Port = 40001 },
        Ports = { new PortReadiness { Name = "http", Ready = ready } },
        Sequence = 1,
    };

    private async Task ChangeAsync()
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Registry.Changed += _ => changed.TrySetResult();
        await changed.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }
}
