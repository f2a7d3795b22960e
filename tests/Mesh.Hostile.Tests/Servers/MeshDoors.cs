using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Tests.Pair;

namespace Mesh.Hostile.Tests.Servers;

/// <summary>A pair of proxies and every way into it: the app's own listener, the front door, and the mesh door with a valid certificate and no proxy of ours behind it.</summary>
internal sealed class MeshDoors : IAsyncDisposable
{
    // The mesh is never taken for waiting because a machine is slow.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ProxyPair _pair;
    private readonly RecordingBackend _backend;

    private MeshDoors(string name, ProxyPair pair, RecordingBackend backend)
    {
        _pair = pair;
        _backend = backend;
        Listener = new Target($"{name}, outbound listener", () => HostileConnection.OpenAsync(pair.Listener), backend.Recording, Patience);
        FrontDoor = new Target($"{name}, front door", () => HostileConnection.OpenAsync(pair.Callee.FrontDoor("http")), backend.Recording, Patience);
        MeshDoor = new Target($"{name}, mesh door by HTTP/1.1", () => PeerAsync(SslApplicationProtocol.Http11), backend.Recording, Patience);
        MeshDoorHttp2 = new Target($"{name}, mesh door by HTTP/2", () => PeerAsync(SslApplicationProtocol.Http2), backend.Recording, Patience);
    }

    public ProxyPair Pair => _pair;

    public Target Listener { get; }

    public Target FrontDoor { get; }

    public Target MeshDoor { get; }

    public Target MeshDoorHttp2 { get; }

    public static async Task<MeshDoors> StartAsync(string name, WireProtocol wire, PermissionSet? permissions = null, ImmutableArray<RouteRule>? rules = null, DownstreamLimits? limits = null)
    {
        var backend = new RecordingBackend();
        var pair = await ProxyPair.StartAsync(backend.Address, new PairOptions { IsExternal = true, Wire = wire, Permissions = permissions, Rules = rules, Limits = limits });
        return new MeshDoors(name, pair, backend);
    }

    /// <summary>Whoever has an identity may do anything, but nothing below /admin.</summary>
    public static PermissionSet NoAdmin => new()
    {
        Allow = [new PermissionRule { Origin = new Origin("Edge", "shop → orders") }],
        Deny = [new PermissionRule { Requests = [new RequestMatch(null, new PathMatch(PathMatchKind.PathPrefix, "/admin"))], Origin = new Origin("TrafficPermission", "default/no-admin") }],
    };

    /// <summary>What is below /admin is answered by nobody, everything else by the app.</summary>
    public static ImmutableArray<RouteRule> AdminIsElsewhere =>
    [
        new RouteRule
        {
            Name = "admin",
            Match = new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, "/admin") },
            Action = new DirectResponseAction(404, "admin lives elsewhere"),
        },
        ProxyPair.PassThrough(ResourceNames.Cluster(ProxyPair.Upstream), new PairOptions()),
    ];

    public async ValueTask DisposeAsync()
    {
        await _pair.DisposeAsync();
        _backend.Dispose();
    }

    private Task<HostileConnection> PeerAsync(SslApplicationProtocol protocol) => HostileConnection.OpenAsync(_pair.Callee.MeshDoor, new SslClientAuthenticationOptions
    {
        TargetHost = "http.orders.default",
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [protocol],
        ClientCertificateContext = _pair.Caller.Identity.Current!.CertificateContext,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
    });
}
