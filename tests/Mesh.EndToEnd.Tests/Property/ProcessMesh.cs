using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.EndToEnd.Tests.Running;
using Mesh.Testing.Simulation;

namespace Mesh.EndToEnd.Tests.Property;

/// <summary>The services of random meshes: a control plane and a sidecar beside each of them as processes, and apps here. One mesh after the other is put in force.</summary>
internal sealed class ProcessMesh : IAsyncDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("random-");
    private readonly HttpClient _client = new();
    private readonly Dictionary<string, EchoService> _apps = [];
    private readonly Dictionary<(string Caller, string Callee), string> _listeners = [];
    private readonly List<MeshProcess> _processes = [];
    private string _api = "";
    private int _meshes;

    private ProcessMesh() => _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);

    /// <summary>What the processes said.</summary>
    public string Output => string.Join('\n', _processes.Select(p => p.Output));

    /// <summary>A service's app.</summary>
    public EchoService App(string service) => _apps[service];

    /// <summary>Starts the processes.</summary>
    /// <param name="documents">The first mesh.</param>
    public static async Task<ProcessMesh> StartAsync(IEnumerable<string> documents)
    {
        Assert.SkipUnless(File.Exists(Built.Mesh), "Nothing is laid out.");
        var mesh = new ProcessMesh();
        try
        {
            mesh._directory.CreateSubdirectory("documents");
            await mesh.WriteAsync(documents);
            var grpc = await mesh.StartControlPlaneAsync();
            var roots = JsonNode.Parse(await mesh._client.GetStringAsync($"{mesh._api}/api/v1/trust-bundle"))!["roots"]!;
            foreach (var service in RandomMesh.Names)
            {
                mesh._apps[service] = await EchoService.StartAsync(service);
                await mesh.StartSidecarAsync(service, grpc, roots);
            }

            await mesh.UntilInForceAsync();
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts another mesh in force.</summary>
    public async Task ApplyAsync(IEnumerable<string> documents)
    {
        await WriteAsync(documents);
        await UntilInForceAsync();
    }

    /// <summary>Sends a request as it is, by hand: clients would write other paths than some of these.</summary>
    /// <returns>The whole answer; empty: the connection was closed or reset, as by a listener that is just given other tasks.</returns>
    public async Task<string> SendAsync(string caller, string callee, RandomRequest request, string number, string? token)
    {
        var head = new StringBuilder($"{request.Method} {request.Target} HTTP/1.1\r\nHost: callee\r\nConnection: close\r\n{EchoService.Number}: {number}\r\n");
        foreach (var (name, value) in request.Headers)
        {
            head.Append(null, $"{name}: {value}\r\n");
        }

        head.Append(token is null ? "" : $"Authorization: Bearer {token}\r\n").Append("Content-Length: 0\r\n\r\n");
        try
        {
            using var socket = new TcpClient();
            var listener = _listeners[(caller, callee)].Split(':');
            await socket.ConnectAsync(listener[0], int.Parse(listener[1], System.Globalization.CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(socket.GetStream(), Encoding.Latin1);
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Soon, TestContext.Current.CancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return "";
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        foreach (var app in _apps.Values)
        {
            await app.DisposeAsync();
        }

        _client.Dispose();
        _directory.Delete(recursive: true);
    }

    // Each mesh in a file of another name, by which the control plane tells that it has read it.
    private async Task WriteAsync(IEnumerable<string> documents)
    {
        var next = PathTo($"mesh-{_meshes + 1}.yaml.new");
        await File.WriteAllTextAsync(next, string.Join("---\n", documents.Select(d => $"apiVersion: mesh.dev/v1alpha1\n{d}")));
        File.Delete(Document(_meshes));
        File.Move(next, Document(++_meshes));
    }

    private async Task UntilInForceAsync() => await Eventually.GetAsync(
        async () =>
        {
            var sources = await _client.GetStringAsync($"{_api}/api/v1/sources");
            var sidecars = JsonNode.Parse(await _client.GetStringAsync($"{_api}/api/v1/proxies"))!;
            return (bool)sidecars["settled"]! && sources.Contains(Path.GetFileName(Document(_meshes)), StringComparison.Ordinal) && !sources.Contains(Path.GetFileName(Document(_meshes - 1)), StringComparison.Ordinal)
                ? sidecars["proxies"]!.AsArray().Count(p => (string)p!["state"]! == "ready" && p["readyPorts"]!.AsArray().Count > 0)
                : 0;
        },
        ready => ready == RandomMesh.Names.Length,
        Soon,
        ready => $"{ready} sidecars are ready:\n{Output}");

    private async Task<string> StartControlPlaneAsync()
    {
        var state = PathTo("control-plane");
        var file = await WriteSecretAsync("control-plane.json", new
        {
            trustDomain = Mesh.Testing.TestMesh.TrustDomain.ToString(),
            stateDirectory = state,
            grpcAddress = "127.0.0.1:0",
            apiAddress = "127.0.0.1:0",
            sources = new[] { new { directory = PathTo("documents"), name = "random" } },
            apiTokens = new[] { new { name = "test", token = Token, scopes = new[] { "read", "token" } } },
        });
        var process = MeshProcess.Start("control-plane", "mesh-control-plane", ["--config", file], new Dictionary<string, string>());
        _processes.Add(process);
        var addresses = Path.Combine(state, "addresses.json");
        await Eventually.GetAsync(() => Task.FromResult(File.Exists(addresses)), there => there, Soon, _ => process.Output);
        var found = JsonNode.Parse(await File.ReadAllTextAsync(addresses))!;
        _api = (string)found["api"]!;
        return (string)found["grpc"]!;
    }

    private async Task StartSidecarAsync(string service, string controlPlane, JsonNode roots)
    {
        using var issued = await _client.PostAsJsonAsync($"{_api}/api/v1/tokens", new { service = $"default/{service}" });
        var token = JsonNode.Parse(await issued.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
        var listeners = new Dictionary<string, string> { ["inbound/mesh"] = $"127.0.0.1:{OwnPorts.Next()}" };
        foreach (var callee in RandomMesh.Names.Where(n => n != service))
        {
            listeners[$"outbound/default/{callee}/http"] = _listeners[(service, callee)] = $"127.0.0.1:{OwnPorts.Next()}";
        }

        var file = await WriteSecretAsync($"{service}.json", new
        {
            trustDomain = Mesh.Testing.TestMesh.TrustDomain.ToString(),
            service = $"default/{service}",
            replica = $"{service}-0",
            controlPlane,
            trustBundle = roots,
            token = (string)token["token"]!,
            stateDirectory = PathTo(service),
            listeners,
            applications = new Dictionary<string, string> { ["http"] = _apps[service].Address },
            drainSeconds = 1,
        });
        _processes.Add(MeshProcess.Start("proxy", "mesh-proxy", ["run", "--bootstrap", file], new Dictionary<string, string>()));
    }

    private async Task<string> WriteSecretAsync(string name, object content)
    {
        var file = PathTo(name);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(content));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }

    private string Document(int number) => Path.Combine(_directory.FullName, "documents", $"mesh-{number}-.yaml");

    private string PathTo(string name) => Path.Combine(_directory.FullName, name);
}
