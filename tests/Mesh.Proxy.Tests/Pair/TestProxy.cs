using System.Collections.Frozen;
using System.Net;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Composition;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Outbound;
using Mesh.Proxy.Telemetry;
using Mesh.Testing.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>A proxy in this process: the real data path on real sockets, with identity and configuration in memory.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public TestProxy(string service, string replica, TestAuthority authority, IReadOnlyDictionary<string, EndPoint>? applications = null, IEnumerable<string>? listeners = null, LocalhostCertificate? certificate = null, DownstreamLimits? limits = null, TimeProvider? time = null, TrustDomain? trustDomain = null, TelemetryBootstrap? telemetry = null)
    {
        var id = ServiceId.TryParse(service, ServiceId.DefaultNamespace, out var parsed) ? parsed : throw new ArgumentException(service);
        Id = SpiffeId.ForService(trustDomain ?? Mesh.TrustDomain, id);
        Identity = new FakeIdentity(Id, authority);
        Identity.Rotate();
        var settings = new ProxySettings
        {
            Service = id,
            Id = Id,
            Replica = replica,
            StateDirectory = "nowhere",
            DeveloperIdentity = true,
            Telemetry = telemetry,
            Listeners = (listeners ?? []).Append(ResourceNames.MeshDoor).ToFrozenDictionary(
                n => n, n => new ListenAddress(certificate is null || n == ResourceNames.MeshDoor ? IPAddress.Loopback : null, 0)),
            ServerCertificate = certificate is null ? null : new ServerCertificateFiles { CertificateFile = certificate.CertificateFile, KeyFile = certificate.KeyFile },
            Applications = (applications ?? new Dictionary<string, EndPoint>()).ToFrozenDictionary(),
        };
        _services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(new TestLog(replica)).SetMinimumLevel(LogLevel.Debug))
            .AddMetrics()
            .AddSingleton(time ?? TimeProvider.System)
            .AddSingleton(settings)
            .AddSingleton<IWorkloadIdentity>(Identity)
            .AddSingleton<ILiveConfiguration>(Configuration)
            .AddSingleton<IOutboundGuard>(Guards)
            .AddSingleton<IFrontDoorGuard>(Guards)
            .AddSingleton<PeerVerifier>()
            .AddSingleton<ServerCertificate>()
            .AddSingleton<ProxyMetrics>()
            .AddDataPath()
            .AddSingleton(limits ?? DownstreamLimits.Default)
            .BuildServiceProvider();
    }

    public SpiffeId Id { get; }

    public FakeIdentity Identity { get; }

    public FakeConfiguration Configuration { get; } = new();

    public FakeGuards Guards { get; } = new();

    public DataPath DataPath => _services.GetRequiredService<DataPath>();

    public IApplicationReadiness Readiness => _services.GetRequiredService<IApplicationReadiness>();

    public IServiceProvider Services => _services;

    /// <summary>Where the app calls an upstream.</summary>
    public IPEndPoint Outbound(PortRef upstream) => _services.GetRequiredService<OutboundDoors>().Find(upstream) ?? throw new InvalidOperationException($"{upstream} has no listener.");

    /// <summary>Where peers call.</summary>
    public IPEndPoint MeshDoor => _services.GetRequiredService<InboundDoors>().FindMeshDoor() ?? throw new InvalidOperationException("The mesh door is closed.");

    /// <summary>Where outsiders call.</summary>
    public IPEndPoint FrontDoor(string port) => _services.GetRequiredService<InboundDoors>().FindFrontDoor(port) ?? throw new InvalidOperationException($"{port} has no front door.");

    /// <summary>Waits for the app to have accepted a connection.</summary>
    public async Task UntilReadyAsync(bool isReady = true)
    {
        var changed = new TaskCompletionSource();
        void Look()
        {
            if (Readiness.ReadyPorts.IsEmpty != isReady)
            {
                changed.TrySetResult();
            }
        }

        Readiness.Changed += Look;
        Look();
        await changed.Task.InTime();
        Readiness.Changed -= Look;
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    private static class Mesh
    {
        public static readonly TrustDomain TrustDomain = TrustDomain.Parse("test.local");
    }
}
