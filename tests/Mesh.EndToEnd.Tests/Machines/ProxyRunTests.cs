using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>One process and its sidecar on a machine: how they start, and who ends with whom.</summary>
[Collection("Failure")]
public sealed class ProxyRunTests : IAsyncLifetime
{
    private const string Topology = """
        apiVersion: mesh.dev/v1alpha1
        kind: Service
        metadata: { name: orders }
        spec: { ports: [{ name: http, protocol: http, external: true }] }
        """;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly string _grpc = OwnPorts.Next();
    private readonly string _app = OwnPorts.Next();
    private readonly string _front = OwnPorts.Next();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(1) };
    private MachineMesh? _mesh;
    private string _file = "";

    private string App => $"http://127.0.0.1:{_app}";

    private string Front => $"http://127.0.0.1:{_front}";

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            _mesh = await MachineMesh.StartAsync(ThisMachine.Instance, Topology, _grpc, OwnPorts.Next());
            _file = await _mesh.IssueAsync("orders", "orders-1", ThisMachine.Instance, "--app-port", $"http={_app}");

            // Other meshes run on this machine too.
            await MachineMesh.ChangeAsync(_file, bootstrap =>
            {
                bootstrap["listeners"] = new JsonObject { ["inbound/mesh"] = $"127.0.0.1:{OwnPorts.Next()}", ["inbound/front/http"] = $"127.0.0.1:{_front}" };
                bootstrap["admin"]!["address"] = $"127.0.0.1:{OwnPorts.Next()}";
            });
        }
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
    public async Task Terminated_RequestsFinishBeforeTheAppIsSignalled()
    {
        var run = await StartAsync();
        var held = _http.PostAsync(new Uri($"{Front}/count-until-released/drain"), null, TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => _http.GetStringAsync(new Uri($"{App}/held"), TestContext.Current.CancellationToken), "1", Soon);

        await run.SignalAsync("TERM");
        await Eventually.IsAsync(FrontDoorIsOpenAsync, false, Soon);
        var stillThere = await MachineMesh.AnswersAsync(_http, $"{App}/health");
        using var released = await _http.PostAsync(new Uri($"{App}/release"), null, TestContext.Current.CancellationToken);

        Assert.True(stillThere, "the app was signalled while a request ran");
        using var answer = await held;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await run.EndAsync());
        Assert.Matches(@"^mesh: SIGTERM: drained after [0-9.]+ s, then dotnet \(process [0-9]+\) ended with exit code 0, then the sidecar\.$", run.LastLine);
    }

    [Fact]
    public async Task AppEndsByItself_ExitCodeIsItsOwn()
    {
        var run = await StartAsync();

        using var gone = new HttpRequestMessage(HttpMethod.Post, $"{App}/exit/7");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _http.SendAsync(gone, TestContext.Current.CancellationToken));

        Assert.Equal(7, await run.EndAsync());
        Assert.Matches(@"^mesh: dotnet \(process [0-9]+\) ended by itself with exit code 7; the sidecar was stopped\.$", run.LastLine);
    }

    [Fact]
    public async Task SidecarKilled_AppEndsTooAndTheLastLineSaysWhy()
    {
        var run = await StartAsync();
        var sidecar = run.Child("mesh-proxy");

        using (var process = System.Diagnostics.Process.GetProcessById(sidecar))
        {
            process.Kill();
        }

        Assert.Equal(2, await run.EndAsync());
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"mesh: the sidecar (process {sidecar}) ended by itself with exit code 137 (SIGKILL"), run.LastLine, StringComparison.Ordinal);
        Assert.False(await MachineMesh.AnswersAsync(_http, $"{App}/health"));
    }

    [Fact]
    public async Task AlteredToken_NothingIsStartedAndTheControlPlanesReasonIsSaid()
    {
        Assert.SkipWhen(_mesh is null, "Windows has no signals to forward.");
        await MachineMesh.ChangeAsync(_file, bootstrap =>
        {
            var token = (string)bootstrap["token"]!;
            var seal = token.LastIndexOf('.') + 1;
            bootstrap["token"] = $"{token[..seal]}{(token[seal] == 'A' ? 'B' : 'A')}{token[(seal + 1)..]}";
        });

        var run = _mesh.Run(ThisMachine.Instance, _file, "sh", "-c", "echo the app runs");

        Assert.Equal(77, await run.EndAsync());
        Assert.Contains("it was not issued by this control plane, or was altered", run.Said, StringComparison.Ordinal);
        Assert.Contains("Issue a new file with 'mesh token default/orders --out FILE", run.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("the app runs", run.Said, StringComparison.Ordinal);
    }

    private async Task<MachineProcess> StartAsync()
    {
        Assert.SkipWhen(_mesh is null, "Windows has no signals to forward.");
        var run = _mesh.Run(ThisMachine.Instance, _file);
        await _mesh.UntilReadyAsync("orders-1");
        return run;
    }

    private async Task<bool> FrontDoorIsOpenAsync()
    {
        using var socket = ThisMachine.Instance.NewSocket();
        try
        {
            await socket.ConnectAsync(IPEndPoint.Parse($"127.0.0.1:{_front}"), TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
