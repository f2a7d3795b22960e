using Grpc.Core;
using Grpc.Net.Client;
using Mesh.ControlPlane.Discovery;
using Mesh.Model.Identity;
using Mesh.Model.Topology;
using Mesh.Registration.V1;
using Mesh.Xds.Client;
using Mesh.Xds.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.ControlPlane.Tests.Fakes;

/// <summary>A sidecar with the real discovery client, whose doors are notes.</summary>
internal sealed class ConnectedSidecar : IAsyncDisposable
{
    private readonly FakeSidecar _identity;
    private readonly CancellationTokenSource _stop = new();
    private readonly TemporaryDirectory _state = new();
    private readonly List<GrpcChannel> _channels = [];
    private Task _run = Task.CompletedTask;
    private bool _disposed;
    private AsyncDuplexStreamingCall<ReplicaStatus, RegistrationAck>? _registration;

    private ConnectedSidecar(FakeSidecar identity, ServiceId service, string replica)
    {
        _identity = identity;
        Service = service;
        Replica = replica;
        Node = new NodeId(SpiffeId.ForService(ControlPlaneHost.TrustDomain, service), replica);
    }

    public RecordingSink Sink { get; } = new();

    public ServiceId Service { get; }

    public string Replica { get; }

    public NodeId Node { get; init; }

    /// <summary>Where it is, or empty.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Which version it says it is.</summary>
    public string Version { get; init; } = VersionSkew.This;

    public AdsClient? Client { get; private set; }

    public static async Task<ConnectedSidecar> StartAsync(ControlPlaneHost host, string service, string replica = "one", NodeId? node = null, string zone = "", string? version = null) =>
        Start(await FakeSidecar.EnrolledAsync(host, service), new ServiceId("default", service), replica, node, zone, version);

    /// <summary>A sidecar that has its SVID.</summary>
    public static ConnectedSidecar Start(FakeSidecar identity, ServiceId service, string replica, NodeId? node = null, string zone = "", string? version = null)
    {
        var sidecar = new ConnectedSidecar(identity, service, replica) { Zone = zone, Version = version ?? VersionSkew.This };
        sidecar = node is null ? sidecar : new ConnectedSidecar(sidecar._identity, sidecar.Service, replica) { Node = node, Zone = zone, Version = sidecar.Version };
        sidecar.Run();
        return sidecar;
    }

    /// <summary>Registers the replica with its port ready.</summary>
    public async Task RegisterAsync(int port = 40001, bool ready = true, IEnumerable<LeftOutReplica>? leftOut = null)
    {
        _registration ??= new RegistrationService.RegistrationServiceClient(Channel()).Register(cancellationToken: _stop.Token);
        await _registration.RequestStream.WriteAsync(
            new ReplicaStatus
            {
                Replica = Replica,
                Namespace = Service.Namespace,
                Service = Service.Name,
                Zone = Zone,
                MeshDoor = new MeshDoorAddress { Ip = "127.0.0.1", Port = (uint)port },
                LeftOut = { leftOut ?? [] },
            Ports = { new PortReadiness { Name = "http", Ready = ready } },
                Sequence = 1,
            },
            TestContext.Current.CancellationToken);
        Assert.True(await _registration.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    /// <summary>From its next attempt on it speaks with another control plane.</summary>
    public void MoveTo(ControlPlaneHost host) => _identity.Grpc = host.Addresses.Grpc!;

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(20));
        _registration?.Dispose();
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        _identity.Dispose();
        _state.Dispose();
        _stop.Dispose();
    }

    private GrpcChannel Channel()
    {
        var channel = _identity.Connect();
        _channels.Add(channel);
        return channel;
    }

    private void Run()
    {
        Client = new AdsClient(
            new AdsClientOptions { Node = Node, StateDirectory = _state.Path, Zone = Zone, Version = Version },
            _ => ValueTask.FromResult<CallInvoker>(Channel().CreateCallInvoker()),
            Sink,
            TimeProvider.System,
            new Random(1),
            NullLogger<AdsClient>.Instance);
        _run = Client.RunAsync(_stop.Token);
    }
}
