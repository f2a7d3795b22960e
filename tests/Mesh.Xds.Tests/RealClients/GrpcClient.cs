using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Mesh.Testing;
using Mesh.Xds.Tests.OfficialProtos;

namespace Mesh.Xds.Tests.RealClients;

/// <summary>A process with a real gRPC client and the servers that it is sent to; skips the test where what it needs is not there.</summary>
internal sealed class GrpcClient : IAsyncDisposable
{
    /// <summary>grpc-js with its xDS package.</summary>
    public const string Node = "node";

    /// <summary>gRPC's C core.</summary>
    public const string Python = "python";

    private static readonly Lazy<bool> HasGrpc = new(FindGrpc);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly string _bootstrap;

    private GrpcClient(Process process, string bootstrap)
    {
        _bootstrap = bootstrap;
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The ports of its servers, which answer <c>s0</c>, <c>s1</c> and so on.</summary>
    public int[] Ports { get; private set; } = [];

    public static async Task<GrpcClient> StartAsync(Uri controlPlane, string nodeId, string target, int servers, string language = Node, string zone = "")
    {
        var start = Program(language, target, servers.ToString(CultureInfo.InvariantCulture));
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var bootstrap = Path.GetTempFileName();
        start.Environment["GRPC_XDS_BOOTSTRAP"] = bootstrap;
        await File.WriteAllTextAsync(bootstrap, JsonSerializer.Serialize(new
        {
            xds_servers = new[]
            {
                new { server_uri = $"127.0.0.1:{controlPlane.Port}", channel_creds = new[] { new { type = "insecure" } }, server_features = new[] { "xds_v3", "ignore_resource_deletion" } },
            },
            node = new { id = nodeId, locality = new { zone } },
            certificate_providers = new { mesh = new { plugin_name = "file_watcher", config = new { ca_certificate_file = "/dev/null", refresh_interval = "60s" } } },
        }), TestContext.Current.CancellationToken);
        start.Environment.Remove("http_proxy");
        start.Environment.Remove("https_proxy");
        var client = new GrpcClient(NodeScript.Start(start), bootstrap);
        client.Ports = JsonSerializer.Deserialize<int[]>(await client.ReadAsync())!;
        return client;
    }

    /// <summary>Makes calls, one after the other.</summary>
    public Task<CallResult> CallAsync(int calls, Dictionary<string, string>? headers = null) => OrderAsync(new { calls, headers });

    /// <summary>Ends a server.</summary>
    public Task StopAsync(int server) => OrderAsync(new { stop = server });

    /// <summary>Starts a server again, on its port.</summary>
    public Task StartAsync(int server) => OrderAsync(new { start = server });

    /// <summary>Makes a call with each of the values 0, 1 and so on of a header.</summary>
    public Task<CallResult> CallKeysAsync(int keys, string header) => OrderAsync(new { keys, header });

    /// <summary>Calls until it comes to what is wanted.</summary>
    public Task<CallResult> UntilAsync(int calls, Func<CallResult, bool> condition) => UntilAsync(() => CallAsync(calls), condition);

    /// <summary>Calls with keys until it comes to what is wanted.</summary>
    public Task<CallResult> UntilKeysAsync(int keys, string header, Func<CallResult, bool> condition) => UntilAsync(() => CallKeysAsync(keys, header), condition);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
        File.Delete(_bootstrap);
    }

    private static ProcessStartInfo Program(string language, params string[] arguments)
    {
        var folder = Checkout.PathTo("tests", "Mesh.Xds.Tests", "RealClients");
        if (language == Node)
        {
            return new("node", [Path.Combine(folder, "client.js"), NodeScript.Modules(), .. arguments]);
        }

        // The system's Python: Debian puts grpcio beside that one, whatever other Python the path has.
        const string SystemPython = "/usr/bin/python3";
        Assert.SkipUnless(HasGrpc.Value, "No gRPC for the system's Python here; Debian's python3-grpcio has it (apt-get install python3-grpcio).");
        var start = new ProcessStartInfo(SystemPython, [Path.Combine(folder, "client.py"), .. arguments]);

        // While no call is under way gRPC's core looks at its sockets only every 5 s, those of its xDS client too.
        start.Environment["GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS"] = "100";
        return start;
    }

    private static bool FindGrpc()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", "import grpc; grpc.xds_server_credentials"]) { RedirectStandardError = true })!;
            return process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<CallResult> UntilAsync(Func<Task<CallResult>> call, Func<CallResult, bool> condition)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var result = await call();
            if (condition(result))
            {
                return result;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(60), $"it stays at {result}");
        }
    }

    private async Task<CallResult> OrderAsync(object order)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order).AsMemory(), TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<CallResult>(await ReadAsync())!;
    }

    private async Task<string> ReadAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        var line = await _process.StandardOutput.ReadLineAsync(deadline.Token);
        if (line is null)
        {
            Assert.Fail($"the client ended: {await _errors}");
        }

        return line;
    }
}
