using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Mesh.Testing.Identity;
using Mesh.Xds.Codecs;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>
/// The mesh of Gateway API's conformance suite, in this process: echo services behind sidecars, two clients, and policies as users write them, compiled, put on the wire, read
/// from it again and carried out by the real proxy. Started once; each test puts its own policies in force.
/// </summary>
public sealed class EchoMesh : IAsyncLifetime
{
    private static readonly string[] Callees = ["echo/http", "echo/other", "echo/rpc", "echo-v1", "echo-v2", "echo-v3", "auth"];

    private static readonly TestMesh Services = TestMesh.Empty
        .Service("client", uses: Callees)
        .Service("other/client", uses: [.. Callees.Select(c => $"default/{c}{(c.Contains('/', StringComparison.Ordinal) ? "" : "/*")}")])
        .Service("echo", ports: ["http", "other:http", "rpc:grpc"])
        .Service("echo-v1", ports: ["http", "rpc:grpc", "h2:http2"])
        .Service("echo-v2", ports: ["http", "rpc:grpc"])
        .Service("echo-v3", ports: ["http"])
        .Service("auth", ports: ["http", "rpc:grpc"]);

    private readonly TestAuthority _authority = new();
    private readonly Dictionary<string, ImmutableArray<(TestProxy Sidecar, EchoApp App)>> _callees = [];
    private readonly Dictionary<string, TestProxy> _callers = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, EnableMultipleHttp2Connections = true });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts it.</summary>
    public async ValueTask InitializeAsync()
    {
        foreach (var service in Services.Topology.Services.Values.Where(s => s.Id.Name != "client"))
        {
            // Sessions need somewhere else to go.
            var replicas = Enumerable.Range(1, service.Id.Name == "echo-v1" ? 2 : 1);
            _callees[service.Id.Name] = [.. await Task.WhenAll(replicas.Select(n => StartAsync(service, n)))];
        }

        foreach (var caller in new[] { "client", "other/client" })
        {
            _callers[caller] = new TestProxy(caller, $"{caller.Replace('/', '-')}-1", _authority, listeners: Listeners(caller), trustDomain: TestMesh.TrustDomain);
            await _callers[caller].DataPath.StartAsync(CancellationToken.None);
        }

        Apply("");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var caller in _callers.Values)
        {
            await caller.DisposeAsync();
        }

        foreach (var (sidecar, app) in _callees.Values.SelectMany(c => c))
        {
            await sidecar.DisposeAsync();
            await app.DisposeAsync();
        }

        _authority.Dispose();
    }

    /// <summary>Puts policies in force, in place of those before, and lets every service echo again.</summary>
    internal CompiledMesh Apply(string yaml)
    {
        foreach (var (_, app) in _callees.Values.SelectMany(c => c))
        {
            app.Reset();
        }

        var compiled = (yaml.Length == 0 ? Services : Services.Yaml(yaml)).Compile();
        foreach (var (name, replicas) in _callees)
        {
            foreach (var (sidecar, _) in replicas)
            {
                sidecar.Configuration.Apply(OverTheWire(compiled.Snapshots[TestMesh.Id(name)]), []);
            }
        }

        foreach (var (caller, sidecar) in _callers)
        {
            var snapshot = OverTheWire(compiled.Snapshots[TestMesh.Id(caller)]);
            sidecar.Configuration.Apply(snapshot, snapshot.Clusters.Select(c => new EndpointSet(c.Name, Endpoints(c.Upstream.Service.Name))));
        }

        return compiled;
    }

    /// <summary>An echo service's replica.</summary>
    internal EchoApp App(string service, int replica = 1) => _callees[service][replica - 1].App;

    /// <summary>What a service sees next.</summary>
    internal async Task<Echo> NextAt(string service) => await App(service).Seen.Reader.ReadAsync(Stop).InTime();

    /// <summary>Takes a replica's endpoint away from one caller, as the control plane does when it goes.</summary>
    internal void Withdraw(string service, int replica)
    {
        var sidecar = _callers["client"];
        var snapshot = sidecar.Configuration.Current!.Snapshot;
        sidecar.Configuration.Apply(snapshot, snapshot.Clusters.Select(c => new EndpointSet(
            c.Name, [.. Endpoints(c.Upstream.Service.Name).Where(e => c.Upstream.Service.Name != service || e.Replica != $"{service}-{replica}")])));
    }

    /// <summary>Has the caller take up a configuration that says the same of everything, as after a change that does not concern its routes.</summary>
    internal void Renew()
    {
        var sidecar = _callers["client"];
        var snapshot = sidecar.Configuration.Current!.Snapshot;
        sidecar.Configuration.Apply(snapshot with { }, snapshot.Clusters.Select(c => new EndpointSet(c.Name, Endpoints(c.Upstream.Service.Name))));
    }

    /// <summary>Where a caller calls a port.</summary>
    internal Uri Url(string port = "echo/http", string caller = "client") => new($"http://{_callers[caller].Outbound(Port(port))}/");

    /// <summary>Sends a request.</summary>
    internal async Task<HttpResponseMessage> SendAsync(string path = "/", string method = "GET", string port = "echo/http", string caller = "client", string[]? headers = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Url(port, caller), path)) { Content = content };
        foreach (var header in headers ?? [])
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        return await _http.SendAsync(request, Stop).InTime();
    }

    /// <summary>Sends a request and reads what the service saw of it.</summary>
    internal async Task<Echo> EchoAsync(string path = "/", string method = "GET", string port = "echo/http", string caller = "client", string[]? headers = null, HttpContent? content = null)
    {
        using var response = await SendAsync(path, method, port, caller, headers, content);
        return await ReadAsync(response);
    }

    /// <summary>What the service saw, from its answer.</summary>
    internal static async Task<Echo> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Stop).InTime();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {text}");
        return JsonSerializer.Deserialize<Echo>(text)!;
    }

    /// <summary>Makes a gRPC call.</summary>
    /// <returns>The answer, and what the service saw; <see langword="null"/>: no service answered.</returns>
    internal async Task<(HttpResponseMessage Response, string Status, Echo? Echo)> CallAsync(string method, string port = "echo/rpc", string[]? headers = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url(port), method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Of([])),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var header in headers ?? [])
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        var response = await _http.SendAsync(request, Stop).InTime();
        var body = await response.Content.ReadAsByteArrayAsync(Stop).InTime();
        var status = (response.TrailingHeaders.TryGetValues("grpc-status", out var trailer) ? trailer : response.Headers.TryGetValues("grpc-status", out var header1) ? header1 : ["none"]).Single();
        return (response, status, body.Length == 0 ? null : JsonSerializer.Deserialize<Echo>(GrpcFrame.Message(body)));
    }

    private static ProxySnapshot OverTheWire(ProxySnapshot snapshot) => SnapshotCodec.Decode(snapshot.Identity, SnapshotCodec.Encode(snapshot));

    private static PortRef Port(string text)
    {
        var slash = text.LastIndexOf('/');
        return new PortRef(TestMesh.Id(text[..slash]), text[(slash + 1)..]);
    }

    private static IEnumerable<string> Listeners(string caller) => Services.Snapshot(caller).Outbound.Select(l => l.Name);

    private ImmutableArray<Endpoint> Endpoints(string service) =>
        [.. _callees[service].Select((c, i) => new Endpoint("127.0.0.1", c.Sidecar.MeshDoor.Port, $"{service}-{i + 1}"))];

    private async Task<(TestProxy Sidecar, EchoApp App)> StartAsync(Service service, int replica)
    {
        var app = await EchoApp.StartAsync(service.Id.Name, replica);
        var sidecar = new TestProxy(
            service.Id.Name, $"{service.Id.Name}-{replica}", _authority, service.Ports.ToDictionary(p => p.Name, p => (EndPoint)(p.Protocol.IsHttp2() ? app.Http2 : app.Http)), trustDomain: TestMesh.TrustDomain);
        await sidecar.DataPath.StartAsync(CancellationToken.None);
        return (sidecar, app);
    }
}
