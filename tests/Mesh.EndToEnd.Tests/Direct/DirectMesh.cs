using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Direct;

/// <summary>The two processes as an operator starts them on a VM, without <c>mesh up</c>: nobody restarts what ends but the test.</summary>
internal sealed class DirectMesh : IAsyncDisposable
{
    private const string Token = "direct-0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-direct-");
    private readonly string _apiPort = OwnPorts.Next();
    private readonly string _grpcPort = OwnPorts.Next();
    private readonly HttpClient _api;
    private readonly Dictionary<string, Process> _sidecars = [];
    private readonly Dictionary<string, string> _frontDoors = [];
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _controlPlane;

    private DirectMesh()
    {
        _api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_apiPort}/") };
        _api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public string Output => string.Join('\n', _output);

    public static Task<DirectMesh> StartAsync(int replicas) => StartAsync(replicas, parent: null);

    /// <summary>A control plane with one service that nobody calls, and replicas of it.</summary>
    /// <param name="replicas">How many.</param>
    /// <param name="parent">With which process they end; <see langword="null"/>: none.</param>
    public static async Task<DirectMesh> StartAsync(int replicas, int? parent)
    {
        Assert.SkipUnless(File.Exists(Built.Mesh), "Nothing is laid out.");
        var mesh = new DirectMesh();
        try
        {
            var topology = mesh._directory.CreateSubdirectory("topology");
            await File.WriteAllTextAsync(Path.Combine(topology.FullName, "orders.yaml"), """
                apiVersion: mesh.dev/v1alpha1
                kind: Service
                metadata: { name: orders }
                spec: { ports: [{ name: http, protocol: http }] }
                """);
            mesh.WriteSecret("control-plane.json", new JsonObject
            {
                ["trustDomain"] = "direct.local",
                ["grpcAddress"] = $"127.0.0.1:{mesh._grpcPort}",
                ["apiAddress"] = $"127.0.0.1:{mesh._apiPort}",
                ["stateDirectory"] = mesh.PathTo("control-plane"),
                ["sources"] = new JsonArray(new JsonObject { ["directory"] = topology.FullName, ["name"] = "topology" }),
                ["apiTokens"] = new JsonArray(new JsonObject { ["name"] = "test", ["token"] = Token, ["scopes"] = new JsonArray("read", "token") }),
            });
            await mesh.StartControlPlaneAsync();
            var roots = JsonNode.Parse(await mesh._api.GetStringAsync("api/v1/trust-bundle"))!["roots"]!;
            for (var i = 0; i < replicas; i++)
            {
                await mesh.WriteBootstrapAsync($"orders-{i}", roots, parent);
                mesh.StartSidecar($"orders-{i}");
            }

            await Eventually.GetAsync(mesh.ReadySidecarsAsync, n => n == replicas, Start, n => $"{n} sidecars are ready:\n{mesh.Output}");
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the control plane and waits until it answers.</summary>
    public async Task StartControlPlaneAsync()
    {
        _controlPlane = Run("control-plane", "mesh-control-plane", "--config", PathTo("control-plane.json"));
        await Eventually.GetAsync(IsReadyAsync, ready => ready, Start, _ => $"The control plane is not ready:\n{Output}");
    }

    /// <summary>Ends the control plane as a crash does.</summary>
    public void KillControlPlane()
    {
        _controlPlane!.Kill();
        _controlPlane.WaitForExit();
        _controlPlane.Dispose();
    }

    public void StartSidecar(string replica) => _sidecars[replica] = Run("proxy", "mesh-proxy", "run", "--bootstrap", PathTo($"{replica}.json"));

    /// <summary>Where outsiders call a replica.</summary>
    public string FrontDoor(string replica)
    {
        if (!_frontDoors.TryGetValue(replica, out var address))
        {
            address = _frontDoors[replica] = $"127.0.0.1:{OwnPorts.Next()}";
        }

        return address;
    }

    public Process Sidecar(string replica) => _sidecars[replica];

    /// <summary>Sidecars that are registered and acknowledged the current configuration; none while there is no control plane to ask.</summary>
    public async Task<int> ReadySidecarsAsync()
    {
        try
        {
            var proxies = JsonNode.Parse(await _api.GetStringAsync("api/v1/proxies"))!;
            return proxies["proxies"]!.AsArray().Count(p => (string)p!["state"]! == "ready");
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _sidecars.Values.Append(_controlPlane).OfType<Process>())
        {
            try
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
            catch (InvalidOperationException)
            {
                // It has ended.
            }

            process.Dispose();
        }

        _api.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await _api.GetAsync("healthz/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task WriteBootstrapAsync(string replica, JsonNode roots, int? parent)
    {
        using var content = new StringContent("""{"service":"default/orders"}""", Encoding.UTF8, "application/json");
        using var answer = await _api.PostAsync("api/v1/tokens", content);
        answer.EnsureSuccessStatusCode();
        var bootstrap = new JsonObject
        {
            ["trustDomain"] = "direct.local",
            ["service"] = "default/orders",
            ["replica"] = replica,
            ["controlPlane"] = $"https://127.0.0.1:{_grpcPort}",
            ["trustBundle"] = roots.DeepClone(),
            ["token"] = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!,
            ["stateDirectory"] = PathTo(replica),
            ["listeners"] = new JsonObject { ["inbound/mesh"] = $"127.0.0.1:{OwnPorts.Next()}", ["inbound/front/http"] = FrontDoor(replica) },
            ["applications"] = new JsonObject { ["http"] = "127.0.0.1:9" },
            ["drainSeconds"] = 30,
        };
        if (parent is not null)
        {
            bootstrap["parentProcessId"] = parent;
        }

        WriteSecret($"{replica}.json", bootstrap);
    }

    private Process Run(string folder, string program, params string[] arguments)
    {
        var (file, first) = Built.Process(folder, program);
        var start = new ProcessStartInfo(file, [.. first, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _directory.FullName,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():ss.fff} {line}"));
        }
    }

    private string PathTo(string name) => Path.Combine(_directory.FullName, name);

    private void WriteSecret(string name, JsonObject content)
    {
        File.WriteAllText(PathTo(name), content.ToJsonString(JsonSerializerOptions.Web));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PathTo(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
