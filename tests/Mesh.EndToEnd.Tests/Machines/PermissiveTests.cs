using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>A Tls policy over real processes: who comes without a certificate, and with which version of TLS.</summary>
[Collection("Failure")]
public sealed class PermissiveTests : IAsyncLifetime
{
    private const string Topology = """
        apiVersion: mesh.dev/v1alpha1
        kind: Service
        metadata: { name: shop }
        spec: { ports: [{ name: http, protocol: http }], uses: [orders/http] }
        ---
        apiVersion: mesh.dev/v1alpha1
        kind: Service
        metadata: { name: orders }
        spec: { ports: [{ name: http, protocol: http }] }
        """;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly string _door = OwnPorts.Next();
    private readonly string _plain = OwnPorts.Next();
    private readonly string _outbound = OwnPorts.Next();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromMinutes(1) };
    private MachineMesh? _mesh;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Plain => $"http://127.0.0.1:{_plain}";

    public async ValueTask InitializeAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        _mesh = await MachineMesh.StartAsync(ThisMachine.Instance, Topology, OwnPorts.Next(), OwnPorts.Next());
        var orders = await _mesh.IssueAsync("orders", "orders-1", ThisMachine.Instance, "--app-port", $"http={OwnPorts.Next()}");
        var shop = await _mesh.IssueAsync("shop", "shop-1", ThisMachine.Instance, "--app-port", $"http={OwnPorts.Next()}");

        // Other meshes run on this machine too.
        await Move(orders, new() { ["inbound/mesh"] = _door, ["inbound/plain/http"] = _plain });
        await Move(shop, new() { ["inbound/mesh"] = OwnPorts.Next(), ["inbound/plain/http"] = OwnPorts.Next(), ["outbound/default/orders/http"] = _outbound });
        _ = _mesh.Run(ThisMachine.Instance, orders);
        _ = _mesh.Run(ThisMachine.Instance, shop);
        await _mesh.UntilReadyAsync("orders-1", "shop-1");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_mesh is not null)
        {
            await _mesh.DisposeAsync();
        }
    }

    [Fact]
    public async Task PlainCallers_ComeInWhileThePortIsPermissiveAndARuleLetsThem_WithoutAnIdentity()
    {
        Assert.SkipWhen(_mesh is null, "Windows has no signals to forward.");
        var log = _mesh.PathOf("access.log");
        Assert.Equal("closed", await PlainAsync("/echo/x"));

        await _mesh.SayAsync(Policies(permissive: true, anyone: false, log));
        await Eventually.IsAsync(() => PlainAsync("/echo/x"), "403 permission_denied; hop=orders-1; policy=Tls default/orders rules[0] (topology/policies.yaml:6)", Soon);

        await _mesh.SayAsync(Policies(permissive: true, anyone: true, log));
        await Eventually.IsAsync(() => PlainAsync("/echo/x"), "200", Soon);
        Assert.StartsWith("403 permission_denied", await PlainAsync("/who"), StringComparison.Ordinal);

        using var forged = new HttpRequestMessage(HttpMethod.Get, $"{Plain}/echo/forged");
        forged.Headers.Add("X-Forwarded-Client-Cert", "URI=spiffe://machines.local/ns/default/sa/shop");
        Assert.DoesNotContain("spiffe:", (await HeadersAsync(forged)).ToJsonString(), StringComparison.Ordinal);
        using var peer = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_outbound}/echo/peer");
        Assert.EndsWith("URI=spiffe://machines.local/ns/default/sa/shop", (string)(await HeadersAsync(peer))["x-forwarded-client-cert"]!, StringComparison.Ordinal);
        await Eventually.GetAsync(
            async () => File.Exists(log) ? await File.ReadAllTextAsync(log, Stop) : "",
            text => text.Contains("/echo/forged front_door unknown -\n", StringComparison.Ordinal) && text.Contains("/echo/peer inbound default/shop spiffe://machines.local/ns/default/sa/shop\n", StringComparison.Ordinal),
            Soon);

        await _mesh.SayAsync(Policies(permissive: false, anyone: true, log));
        await Eventually.IsAsync(() => PlainAsync("/echo/x"), "closed", Soon);
        Assert.Equal("Tls13", await AgreeAsync(SslProtocols.Tls12 | SslProtocols.Tls13));
    }

    [Fact]
    public async Task OldClients_ShakeHandsWhereThePolicyAllowsTheirVersionAlone()
    {
        Assert.SkipWhen(_mesh is null, "Windows has no signals to forward.");
        Assert.Equal("", await AgreeAsync(SslProtocols.Tls12));

        await _mesh.SayAsync(Tls("{tlsVersion: {min: TLS12}, tlsCiphers: [ECDHE-ECDSA-AES256-GCM-SHA384]}"));
        await Eventually.IsAsync(() => AgreeAsync(SslProtocols.Tls12), "Tls12 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Soon);
        Assert.Equal("Tls13", await AgreeAsync(SslProtocols.Tls12 | SslProtocols.Tls13));
        using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{_outbound}/who"), Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        await _mesh.SayAsync(Tls("{tlsVersion: {min: TLS13}}"));
        await Eventually.IsAsync(() => AgreeAsync(SslProtocols.Tls12), "", Soon);
        using var again = await _http.GetAsync(new Uri($"http://127.0.0.1:{_outbound}/who"), Stop);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    private static string Tls(string settings) => $$$"""
        apiVersion: mesh.dev/v1alpha1
        kind: Tls
        metadata: {name: orders}
        spec:
          targetRef: {kind: Service, name: orders}
          rules: [{default: {{{settings}}} }]
        """;

    private static string Policies(bool permissive, bool anyone, string log) => $$$"""
        {{{Tls(permissive ? "{mode: Permissive}" : "{mode: Strict}")}}}
        ---
        apiVersion: mesh.dev/v1alpha1
        kind: TrafficPermission
        metadata: {name: orders}
        spec: {targetRef: {kind: Service, name: orders}, rules: [{default: {allow: [{{{(anyone ? "{anyone: true, paths: [{type: PathPrefix, value: /echo}]}" : "")}}}] }}]}
        ---
        apiVersion: mesh.dev/v1alpha1
        kind: AccessLog
        metadata: {name: orders}
        spec:
          targetRef: {kind: Service, name: orders}
          rules: [{default: {backends: [{type: File, file: {path: {{{log}}} }, format: {text: "%REQ(:PATH)% %MESH_DIRECTION% %MESH_SOURCE_SERVICE% %DOWNSTREAM_PEER_URI_SAN%"}}]}}]
        """;

    private static Task Move(string file, Dictionary<string, string> ports) => MachineMesh.ChangeAsync(file, bootstrap =>
    {
        var planned = bootstrap["listeners"]!.AsObject().Select(l => l.Key).ToHashSet();
        Assert.Equal(planned, ports.Keys.ToHashSet()); // what the planner gives an address
        bootstrap["listeners"] = new JsonObject(ports.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)$"127.0.0.1:{p.Value}")));
        bootstrap["admin"]!["address"] = $"127.0.0.1:{OwnPorts.Next()}";
    });

    private async Task<string> PlainAsync(string path)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"{Plain}{path}"), Stop);
            return answer.IsSuccessStatusCode ? "200" : $"{(int)answer.StatusCode} {string.Join(' ', answer.Headers.GetValues("mesh-error"))}";
        }
        catch (HttpRequestException)
        {
            // Not taken, or taken just as the door closed, and reset.
            return "closed";
        }
    }

    private async Task<JsonNode> HeadersAsync(HttpRequestMessage request)
    {
        using var answer = await _http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!["headers"]!;
    }

    // Version and, of 1.2, suite of a handshake with shop's own certificate; empty: none came about.
    private async Task<string> AgreeAsync(SslProtocols versions)
    {
        var pem = await File.ReadAllTextAsync(Path.Combine(_mesh!.PathOf("shop-1.state"), "svid.pem"), Stop);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        using var leaf = X509Certificate2.CreateFromPem(pem, pem);
        using var socket = ThisMachine.Instance.NewSocket();
        await socket.ConnectAsync(IPEndPoint.Parse($"127.0.0.1:{_door}"), Stop);
        await using var tls = new SslStream(new NetworkStream(socket));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "http.orders.default",
                    EnabledSslProtocols = versions,
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                    ClientCertificateContext = SslStreamCertificateContext.Create(leaf, [.. chain.Skip(1)], offline: true),
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                },
                Stop);
            await tls.WriteAsync("GET /who HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n"u8.ToArray(), Stop);
            using var reader = new StreamReader(tls);
            var answer = await reader.ReadToEndAsync(Stop);
            return !answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? "" : tls.SslProtocol == SslProtocols.Tls12 ? $"Tls12 {tls.NegotiatedCipherSuite}" : $"{tls.SslProtocol}";
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            return "";
        }
    }
}
