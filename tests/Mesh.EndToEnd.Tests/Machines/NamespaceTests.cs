using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>Two machines as the network sees them: the control plane and a shop on one, two replicas of orders on the other.</summary>
[Collection("Failure")]
public sealed class NamespaceTests : IAsyncLifetime
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

    // The machines' ports are their own: these are the ones that docs/vm.md names.
    private const int MeshDoor = 15006;
    private const int AppPort = 18080;
    private const string Orders = "http://127.0.0.1:15101";

    private NetworkNamespace? _left;
    private NetworkNamespace? _right;
    private MachineMesh? _mesh;
    private MachineProcess? _first;

    public async ValueTask InitializeAsync()
    {
        var (left, right) = await NetworkNamespace.PairAsync();
        (_left, _right) = (left, right);
        _mesh = await MachineMesh.StartAsync(left, Topology, "15010", "15014");
        var shop = await _mesh.IssueAsync("shop", "shop-1", left);
        var first = await _mesh.IssueAsync("orders", "orders-1", right);
        var second = await _mesh.IssueAsync("orders", "orders-2", right, "--port-offset", "100");
        _first = _mesh.Run(right, first);
        _ = _mesh.Run(right, second);
        _ = _mesh.Run(left, shop);
        await _mesh.UntilReadyAsync("shop-1", "orders-1", "orders-2");
    }

    public async ValueTask DisposeAsync()
    {
        if (_mesh is not null)
        {
            await _mesh.DisposeAsync();
        }

        foreach (var ns in new[] { _left, _right }.OfType<NetworkNamespace>())
        {
            await ns.DisposeAsync();
        }
    }

    [Fact]
    public async Task AcrossMachines_OnlyMutualTlsPasses_AndADrainLosesNothing()
    {
        var cancellation = TestContext.Current.CancellationToken;
        IMachine left = _left!;
        using var client = left.NewClient();

        // From the shop's process itself, by the address that it finds in its environment.
        var variables = (await client.GetFromJsonAsync<JsonObject>(new Uri($"http://127.0.0.1:{AppPort}/environment"), cancellation))!;
        Assert.Equal(Orders, (string)variables["ORDERS_HTTP"]!);
        Assert.Equal(Orders, (string)variables["services__orders__http__0"]!);
        var answer = await Eventually.GetAsync(CallAsync, a => (int)a["status"]! == 200, TimeSpan.FromSeconds(60));
        var seen = JsonNode.Parse((string)answer["body"]!)!;
        Assert.Equal("By=spiffe://machines.local/ns/default/sa/orders;URI=spiffe://machines.local/ns/default/sa/shop", (string)seen["headers"]!["x-forwarded-client-cert"]!);

        // The app listens on the other machine's loopback only, and the mesh door speaks to nobody without a certificate.
        Assert.Equal(SocketError.ConnectionRefused, await ConnectAsync(left, $"{_right!.Address}:{AppPort}"));
        Assert.Equal(SocketError.Success, await ConnectAsync(left, $"{_right.Address}:{MeshDoor}"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync(new Uri($"http://{_right.Address}:{MeshDoor}/echo/x"), cancellation));

        // One of two replicas ends while requests keep coming: none may notice.
        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => CallUntilAsync(client, enough.Token)).ToList();
        await Eventually.GetAsync(() => CountsAsync(client), c => c, TimeSpan.FromSeconds(60));
        await _first!.SignalAsync("TERM");
        Assert.True(await _first.EndAsync() == 0, _first.Said);
        Assert.Contains("SIGTERM: drained after", _first.LastLine, StringComparison.Ordinal);
        await enough.CancelAsync();
        var statuses = (await Task.WhenAll(load)).SelectMany(s => s).ToList();
        Assert.NotEmpty(statuses);
        Assert.All(statuses, s => Assert.Equal("200", s));

        async Task<JsonObject> CallAsync()
        {
            using var call = await client.PostAsJsonAsync(new Uri($"http://127.0.0.1:{AppPort}/call"), new { url = $"{Orders}/echo/x" }, cancellation);
            return (await call.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
        }
    }

    // Both replicas answered: the drain is one that matters.
    private static async Task<bool> CountsAsync(HttpClient client)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            using var answer = await client.GetAsync(new Uri($"{Orders}/who"), TestContext.Current.CancellationToken);
            seen.UnionWith(answer.Headers.TryGetValues("x-replica", out var names) ? names : []);
        }

        return seen.Count == 2;
    }

    private static async Task<List<string>> CallUntilAsync(HttpClient client, CancellationToken enough)
    {
        var statuses = new List<string>();
        while (!enough.IsCancellationRequested)
        {
            try
            {
                // A POST is sent twice by nobody: what is lost is seen.
                using var answer = await client.PostAsync(new Uri($"{Orders}/count/drain"), null, TestContext.Current.CancellationToken);
                statuses.Add(answer.StatusCode == HttpStatusCode.OK ? "200" : $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
            }
            catch (HttpRequestException e)
            {
                statuses.Add(e.Message);
            }
        }

        return statuses;
    }

    private static async Task<SocketError> ConnectAsync(IMachine from, string to)
    {
        using var socket = from.NewSocket();
        try
        {
            await socket.ConnectAsync(IPEndPoint.Parse(to), TestContext.Current.CancellationToken);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
