using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json.Nodes;
using k8s.Models;
using Mesh.EndToEnd.Tests.Machines;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Testing;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>
/// What a chart starts, started as in pods: the published containers with their commands, variables, files, users and order, in network namespaces, beside a hand-written API server. Only the two
/// things are not the cluster's own: images are what was built here, and names are in <c>/etc/hosts</c>.
/// </summary>
[Collection(nameof(PublishedChart))]
public sealed class PublishedProcessesTests(CallerAndCallee pods, ITestOutputHelper output) : IClassFixture<CallerAndCallee>, IAsyncLifetime
{
    private const int MeshDoor = 15006;
    private const int App = 18080;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly byte[] NoMessage = new byte[5];

    public async ValueTask InitializeAsync() => await pods.StartedAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task CallerToCallee_PassesByMutualTls_AndSaysWhoCalls()
    {
        using var inCaller = ((IMachine)pods.Caller.Sandbox).NewClient();

        // From the caller's own process, by the address that it finds in its environment.
        var variables = (await inCaller.GetFromJsonAsync<JsonObject>(new Uri($"http://127.0.0.1:{App}/environment"), TestContext.Current.CancellationToken))!;
        var answer = await CallAsync(inCaller, $"{variables["services__callee__http__0"]}/echo/x");

        var headers = JsonNode.Parse((string)answer["body"]!)!["headers"]!;
        Assert.Equal("By=spiffe://cluster.example/ns/shop/sa/callee;URI=spiffe://cluster.example/ns/shop/sa/caller", (string)headers["x-forwarded-client-cert"]!);
        Assert.Equal("0", await GrpcAsync(GrpcClient(), (string)variables["services__callee__grpc__0"]!));
        foreach (var container in pods.Cluster.ControlPlanes.Append(pods.Caller).Concat(pods.Callees).SelectMany(p => p.Sidecars.Concat(p.Containers)))
        {
            output.WriteLine($"start to ready: {container.Spec.Name} {container.StartToReady.TotalMilliseconds:F0} ms");
        }
    }

    [Fact]
    public async Task AroundTheSidecar_NobodyGets()
    {
        var callee = pods.Callees[0].Sandbox.Address;
        var stranger = await pods.Cluster.StrangerAsync();

        foreach (var from in new[] { stranger, pods.Caller.Sandbox, pods.Cluster.Node })
        {
            // The app, its gRPC port, admin, listeners, and the gRPC port as it was declared.
            foreach (var port in new[] { App, App + 1, 15000, 15101, Declared("grpc") })
            {
                Assert.Equal(SocketError.ConnectionRefused, await ConnectAsync(from, callee, port));
            }

            using var client = ((IMachine)from).NewClient();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync(new Uri($"http://{callee}:{MeshDoor}/who"), TestContext.Current.CancellationToken));
            Assert.False(await HandshakeAsync(from, callee), "the mesh door took a caller without a certificate");
        }
    }

    [Fact]
    public async Task Probes_PassAtTheDeclaredPortAndPath_AndNothingElseDoes()
    {
        var node = pods.Cluster.FromNode;
        var callee = $"http://{pods.Callees[0].Sandbox.Address}";
        var declared = Declared("http");

        Assert.Equal("200", await OutcomeAsync(node, HttpMethod.Get, $"{callee}:{declared}/health"));
        Assert.Equal("200", await OutcomeAsync(node, HttpMethod.Get, $"{callee}:15020/ready"));
        Assert.Equal("200", await OutcomeAsync(node, HttpMethod.Get, $"{callee}:15020/live"));

        Assert.StartsWith("403 Only declared probes", await OutcomeAsync(node, HttpMethod.Get, $"{callee}:{declared}/who"), StringComparison.Ordinal);
        Assert.StartsWith("403 Only declared probes", await OutcomeAsync(node, HttpMethod.Get, $"{callee}:{declared}/health/x"), StringComparison.Ordinal);
        Assert.StartsWith("405 Probes are GET or HEAD", await OutcomeAsync(node, HttpMethod.Post, $"{callee}:{declared}/health"), StringComparison.Ordinal);
        Assert.StartsWith("404 GET /ready", await OutcomeAsync(node, HttpMethod.Get, $"{callee}:15020/config-dump"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExternalEndpoint_AnswersOutsidersAtItsDeclaredPort()
    {
        using var outside = ((IMachine)await pods.Cluster.StrangerAsync()).NewClient();

        var answer = await outside.GetFromJsonAsync<JsonObject>(new Uri($"http://{pods.Caller.Sandbox.Address}:{Declared("http")}/who"), TestContext.Current.CancellationToken);

        Assert.Equal(pods.Caller.Name, (string)answer!["replica"]!);
    }

    [Fact]
    public async Task PermissionAsAnObject_TakesEffectAtOnce()
    {
        using var inCaller = ((IMachine)pods.Caller.Sandbox).NewClient();
        Assert.Equal(200, (int)(await CallAsync(inCaller, $"{Callee}/who"))["status"]!);

        var denied = await UntilAsync(403, () => pods.Cluster.Apply("TrafficPermission", "nobody", """{ "targetRef": { "kind": "Service", "name": "callee" }, "rules": [{ "default": { "deny": [{ "service": "caller" }] } }] }"""));
        var allowed = await UntilAsync(200, () => pods.Cluster.Delete("TrafficPermission", "nobody"));

        output.WriteLine($"a denial was in force after {denied.TotalMilliseconds:F0} ms, its end after {allowed.TotalMilliseconds:F0} ms");

        async Task<TimeSpan> UntilAsync(int status, Action change)
        {
            var waited = Stopwatch.StartNew();
            change();

            // So many that both replicas are among them: of two that are idle chance picks one.
            await Eventually.GetAsync(async () =>
            {
                var seen = new List<int>();
                for (var i = 0; i < 24; i++)
                {
                    seen.Add((int)(await CallAsync(inCaller, $"{Callee}/who"))["status"]!);
                }

                return seen;
            }, seen => seen.TrueForAll(s => s == status), Soon, seen => string.Join(' ', seen));
            return waited.Elapsed;
        }
    }

    [Fact]
    public async Task PermissivePort_AnswersStrangersWhomARuleLetsIn_UntilItIsStrict()
    {
        var stranger = await pods.Cluster.StrangerAsync();
        using var client = ((IMachine)stranger).NewClient();
        using var inCaller = ((IMachine)pods.Caller.Sandbox).NewClient();
        var callee = pods.Callees[0].Sandbox.Address;

        // Whoever is outside the mesh calls the Service, which leads there.
        var door = int.Parse(pods.Cluster.Objects.Get<V1Service>("Service", "callee-service").Spec.Ports.Single(p => p.Name == "http").TargetPort.Value, CultureInfo.InvariantCulture);
        Assert.Equal(SocketError.ConnectionRefused, await ConnectAsync(stranger, callee, door));

        pods.Cluster.Apply("Tls", "callee", """{ "targetRef": { "kind": "Service", "name": "callee", "sectionName": "http" }, "rules": [{ "default": { "mode": "Permissive" } }] }""");
        await UntilAsync("403");
        pods.Cluster.Apply("TrafficPermission", "anyone", """{ "targetRef": { "kind": "Service", "name": "callee" }, "rules": [{ "default": { "allow": [{ "anyone": true, "paths": [{ "type": "PathPrefix", "value": "/echo" }] }] } }] }""");
        await UntilAsync("200");

        using var forged = new HttpRequestMessage(HttpMethod.Get, $"http://{callee}:{door}/echo/x");
        forged.Headers.Add("X-Forwarded-Client-Cert", "URI=spiffe://cluster.example/ns/shop/sa/caller");
        using var answer = await client.SendAsync(forged, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("spiffe:", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("policy=Tls shop/callee", await ErrorAsync($"http://{callee}:{door}/who"), StringComparison.Ordinal);
        var peer = await CallAsync(inCaller, $"{Callee}/echo/x");
        Assert.EndsWith("URI=spiffe://cluster.example/ns/shop/sa/caller", (string)JsonNode.Parse((string)peer["body"]!)!["headers"]!["x-forwarded-client-cert"]!, StringComparison.Ordinal);

        pods.Cluster.Delete("Tls", "callee");
        pods.Cluster.Delete("TrafficPermission", "anyone");
        await Eventually.GetAsync(() => ConnectAsync(stranger, callee, door), error => error == SocketError.ConnectionRefused, Soon);

        Task<string> UntilAsync(string status) => Eventually.GetAsync(async () =>
        {
            try
            {
                return (await OutcomeAsync(client, HttpMethod.Get, $"http://{callee}:{door}/echo/x"))[..3];
            }
            catch (HttpRequestException e)
            {
                return e.HttpRequestError.ToString();
            }
        }, seen => seen == status, Soon);

        async Task<string> ErrorAsync(string url)
        {
            using var refused = await client.GetAsync(new Uri(url), TestContext.Current.CancellationToken);
            return $"{(int)refused.StatusCode} {string.Join(' ', refused.Headers.GetValues("mesh-error"))}";
        }
    }

    [Fact]
    public Task RollingRestart_UnderLoad_LosesNothing() => UnderLoadAsync(RestartCalleesAsync);

    [Fact]
    [Trait("Kind", "Soak")]
    public Task RestartsOfEverything_UnderLoad_LoseNothing()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("MESH_SOAK") == "1", "Takes minutes: ./build.sh soak runs it.");
        return UnderLoadAsync(async () =>
        {
            for (var round = 0; round < 3; round++)
            {
                foreach (var controlPlane in pods.Cluster.ControlPlanes)
                {
                    await pods.Cluster.ReplaceAsync(controlPlane);
                }

                await Task.WhenAll(RestartCalleesAsync(), pods.Cluster.ReplaceAsync(pods.Cluster.ControlPlanes[0]));
            }
        });
    }

    // Each pod in turn is deleted and replaced, as a drained node does it: for a while one replica has it all.
    private async Task RestartCalleesAsync()
    {
        for (var i = 0; i < pods.Callees.Length; i++)
        {
            var (before, waited) = (pods.Callees[i], Stopwatch.StartNew());
            var next = pods.Cluster.RunAsync("callee-deployment");
            await before.EndAsync();
            var ended = waited.Elapsed.TotalSeconds;
            pods.Callees[i] = await next;
            output.WriteLine($"{before.Name} ended after {ended:F1} s, the next one was ready after {waited.Elapsed.TotalSeconds:F1} s");
        }
    }

    private async Task UnderLoadAsync(Func<Task> restartAsync)
    {
        using var http = ((IMachine)pods.Caller.Sandbox).NewClient();
        using var grpc = GrpcClient();
        var (callee, calleeGrpc) = (Callee, Address("grpc"));
        await using var load = OpenLoad.Start(500, number => (number % 3) switch
        {
            0 => GrpcAsync(grpc, calleeGrpc),
            1 => OutcomeAsync(http, HttpMethod.Get, $"{callee}/who"),
            _ => OutcomeAsync(http, HttpMethod.Post, $"{callee}/count/restart"), // a POST is sent twice by nobody: what is lost is seen
        });
        await Eventually.GetAsync(() => Task.FromResult(load.Answered), n => n > 500, Soon);

        var began = Stopwatch.StartNew();
        await restartAsync();
        var (seconds, answered) = (began.Elapsed.TotalSeconds, load.Answered);
        await Eventually.GetAsync(() => Task.FromResult(load.Answered), n => n > answered + 500, Soon);
        var outcomes = await load.EndAsync();
        var lines = outcomes.Select(o => $"{o.Value} x {o.Key}").ToList();
        output.WriteLine($"{outcomes.Values.Sum()} requests, {seconds:F1} s of restarts: {string.Join("; ", lines)}");
        Assert.True(outcomes.Keys.All(o => o is "200" or "0"), string.Join('\n', lines));
    }

    private string Callee => Address("http");

    private string Address(string port) => pods.Cluster.Objects.Get<V1ConfigMap>("ConfigMap", "caller-config").Data[$"services__callee__{port}__0"];

    // As the chart's Service has it.
    private int Declared(string port) => int.Parse(
        pods.Cluster.Objects.Get<V1Service>("Service", "callee-service").Spec.Ports.Single(p => p.Name == port).Port.ToString(), CultureInfo.InvariantCulture);

    private HttpClient GrpcClient() => new(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ((IMachine)pods.Caller.Sandbox).ConnectAsync })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task<JsonObject> CallAsync(HttpClient inCaller, string url)
    {
        using var call = await inCaller.PostAsJsonAsync(new Uri($"http://127.0.0.1:{App}/call"), new { url }, TestContext.Current.CancellationToken);
        return (await call.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>A unary call.</summary>
    /// <returns>Its status, "0" where it is well.</returns>
    private static async Task<string> GrpcAsync(HttpClient client, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/test.Answers/Nothing") { Content = new ByteArrayContent(NoMessage) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var said = answer.Headers.Concat(answer.TrailingHeaders);
        _ = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        said = said.Concat(answer.TrailingHeaders);
        return said.FirstOrDefault(h => h.Key == "grpc-status").Value?.First() is { } status
            ? status == "0" ? status : $"gRPC {status}: {said.FirstOrDefault(h => h.Key == "grpc-message").Value?.First()}"
            : $"gRPC without a status, HTTP {(int)answer.StatusCode}";
    }

    private static async Task<string> OutcomeAsync(HttpClient client, HttpMethod method, string url)
    {
        using var request = new HttpRequestMessage(method, url);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.OK ? "200" : $"{(int)answer.StatusCode} {body}";
    }

    private static async Task<SocketError> ConnectAsync(Sandbox from, string address, int port)
    {
        using var socket = from.NewSocket();
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, TestContext.Current.CancellationToken);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    // With TLS 1.3 a client learns only afterwards that it was refused: from the first bytes that it reads.
    private static async Task<bool> HandshakeAsync(Sandbox from, string address)
    {
        using var socket = from.NewSocket();
        await socket.ConnectAsync(IPAddress.Parse(address), MeshDoor, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "http.callee.shop", ApplicationProtocols = [SslApplicationProtocol.Http11] }, TestContext.Current.CancellationToken);
            await tls.WriteAsync("GET /who HTTP/1.1\r\nHost: callee\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            return await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken) > 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return false;
        }
    }
}
