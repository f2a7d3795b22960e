using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Net.Client;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Composition;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Relay;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Tests.Composition;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Proxy.Tests.Relay;

/// <summary>A whole proxy with its relay on, in this process, beside a control plane over real TLS; and clients that have no certificate.</summary>
internal sealed class RelayedProxy : IAsyncDisposable
{
    public const string Token = "relay-0123456789abcdef";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryStream _log = new();
    private readonly List<IAsyncDisposable> _running = [];
    private IHost? _host;

    private RelayedProxy()
    {
    }

    public static SpiffeId Id => SpiffeId.ForService(Some.TrustDomain, new ServiceId("default", "orders"));

    public static string NodeId => $"{Id.Text}#orders-1";

    public FakeControlPlane ControlPlane { get; private set; } = null!;

    public string Socket => Path.Combine(_directory.Path, "xds.sock");

    public string Certificates => Path.Combine(_directory.Path, "certificates");

    public IPEndPoint? Address => _host!.Services.GetService<RelayServer>()?.Address;

    public WorkloadIdentity Identity => _host!.Services.GetRequiredService<WorkloadIdentity>();

    public IServiceProvider Services => _host!.Services;

    public string Logged
    {
        get
        {
            lock (_log)
            {
                return Encoding.UTF8.GetString(_log.ToArray());
            }
        }
    }

    /// <summary>Starts both.</summary>
    /// <param name="withAddress">Whether a loopback address is offered beside the socket.</param>
    /// <param name="limits">Other limits than the usual ones.</param>
    /// <param name="life">How long SVIDs live.</param>
    public static async Task<RelayedProxy> StartAsync(bool withAddress = false, RelayLimits? limits = null, TimeSpan? life = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes of sockets and files are Unix's.");
        var proxy = new RelayedProxy { ControlPlane = await FakeControlPlane.StartAsync() };
        proxy._running.Add(proxy.ControlPlane);
        proxy.ControlPlane.Life = life ?? proxy.ControlPlane.Life;
        Publish(proxy.ControlPlane);
        var settings = Some.Settings(Path.Combine(proxy._directory.Path, "state")) with
        {
            ControlPlane = proxy.ControlPlane.Address,
            TrustBundle = proxy.ControlPlane.Authority.Bundle,
            Zone = "b",
            Drain = TimeSpan.FromSeconds(1),
            Listeners = new Dictionary<string, ListenAddress> { [ResourceNames.MeshDoor] = new(IPAddress.Loopback, 0) }.ToFrozenDictionary(),
            Relay = new RelaySettings(proxy.Socket, withAddress ? new IPEndPoint(IPAddress.Loopback, 0) : null, withAddress ? Token : null, proxy.Certificates),
        };
        new StateDirectory(settings.StateDirectory).Prepare();
        var writer = new LogWriter(Stream.Synchronized(proxy._log));
        proxy._running.Add(writer);
        proxy._host = ProxyHost.Build(settings, writer, services =>
        {
            services.AddSingleton<IHostLifetime, NoSignals>();
            if (limits is not null)
            {
                services.AddSingleton(limits);
            }
        });
        await proxy._host.StartAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        return proxy;
    }

    /// <summary>A gRPC channel as an xDS client opens it: plain text over the socket.</summary>
    public GrpcChannel Connect() => GrpcChannel.ForAddress("http://relay", new GrpcChannelOptions { HttpHandler = Handler(new UnixDomainSocketEndPoint(Socket)), DisposeHttpClient = true });

    /// <summary>The same over the loopback address.</summary>
    public GrpcChannel ConnectByAddress() => GrpcChannel.ForAddress("http://relay", new GrpcChannelOptions { HttpHandler = Handler(Address!), DisposeHttpClient = true });

    /// <summary>Ends the control plane.</summary>
    public async Task StopControlPlaneAsync()
    {
        await ControlPlane.DisposeAsync();
        _running.Remove(ControlPlane);
    }

    /// <summary>Starts another one where the last one was.</summary>
    public async Task RestartControlPlaneAsync(int port)
    {
        ControlPlane = await FakeControlPlane.StartAsync(ControlPlane.Authority, port: port);
        Publish(ControlPlane);
        _running.Add(ControlPlane);
    }

    public async Task StopAsync() => await _host!.StopAsync().WaitAsync(Deadline);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await StopAsync();
            await ((IAsyncDisposable)_host).DisposeAsync();
        }

        _running.Reverse();
        foreach (var running in _running)
        {
            await running.DisposeAsync();
        }

        _directory.Dispose();
        await _log.DisposeAsync();
    }

    private static void Publish(FakeControlPlane controlPlane)
    {
        controlPlane.Cache.Publish(Id.Text, new ProxySnapshot
        {
            Identity = Id,
            Inbound = [new InboundPort { Port = new PortRef(new ServiceId("default", "orders"), "http"), Protocol = AppProtocol.Http, Permissions = PermissionSet.Nobody }],
        });
        controlPlane.Cache.MarkEndpointsComplete();
    }

    private static SocketsHttpHandler Handler(EndPoint endPoint) => new()
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
