using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Clients;

/// <summary>
/// Control plane and sidecars as on a VM, and beside them programs that speak xDS themselves through their sidecar's relay. <c>orders</c> and <c>orders-next</c> are
/// proxyless servers, each its own door; <c>behind</c> is a plain server behind its sidecar's mesh door; <c>caller</c> only calls.
/// </summary>
internal sealed class ClientMesh : IAsyncDisposable
{
    private const string Token = "clients-0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-clients-");
    private readonly string _apiPort = OwnPorts.Next();
    private readonly string _grpcPort = OwnPorts.Next();
    private readonly Dictionary<string, MeshProcess> _sidecars = [];
    private readonly Dictionary<string, ClientProgram> _clients = [];
    private readonly Dictionary<string, ClientProgram> _servers = [];
    private readonly Dictionary<string, string> _doors = [];
    private MeshProcess? _controlPlane;
    private int _editions;

    private ClientMesh()
    {
        Api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_apiPort}/") };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public HttpClient Api { get; }

    public string Output => string.Join('\n', _sidecars.Select(s => $"--- {s.Key}\n{s.Value.Output}").Append($"--- control plane\n{_controlPlane?.Output}"));

    public static async Task<ClientMesh> StartAsync()
    {
        Assert.SkipUnless(File.Exists(Built.Mesh), "Nothing is laid out.");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The relay's Unix socket is tested on Unix.");
        _ = Runtime.Prefer("node");
        var mesh = new ClientMesh();
        try
        {
            await mesh.StartAllAsync();
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>The client of a runtime that calls a service; the same process each time.</summary>
    public async Task<ClientProgram> ClientAsync(string runtime, string target = "grpc.orders.default")
    {
        var found = Runtime.Find(runtime);
        if (!_clients.TryGetValue($"{runtime} {target}", out var client))
        {
            client = _clients[$"{runtime} {target}"] = await ClientProgram.StartAsync(found.Start("client", PathTo("caller.grpc.json"), $"xds:///{target}"));
        }

        return client;
    }

    /// <summary>Ends the clients: who asks for one next gets a new one.</summary>
    public async Task EndClientsAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        _clients.Clear();
    }

    /// <summary>A client whose start-up file names no certificate provider: what it is sent means nothing to it.</summary>
    public async Task<ClientProgram> ClientWithoutCertificatesAsync(string runtime)
    {
        var found = Runtime.Find(runtime);
        var bootstrap = JsonNode.Parse(await File.ReadAllTextAsync(PathTo("caller.grpc.json")))!.AsObject();
        bootstrap.Remove("certificate_providers");
        await File.WriteAllTextAsync(PathTo("poor.grpc.json"), bootstrap.ToJsonString());
        return await ClientProgram.StartAsync(found.Start("client", PathTo("poor.grpc.json"), "xds:///grpc.orders.default"));
    }

    /// <summary>Says what policies there are from now on, and waits until the control plane has read them and every client has said something to what follows.</summary>
    public async Task PoliciesAsync(params string[] documents)
    {
        var written = TimeProvider.System.GetUtcNow();
        var file = PathTo("policies/policies.yaml");
        await File.WriteAllTextAsync(file + ".new", $"# {++_editions}\n{string.Join("\n---\n", documents)}\n");
        File.Move(file + ".new", file, overwrite: true);
        if (_controlPlane is not null)
        {
            await Eventually.GetAsync(() => IsSettledAsync(written), settled => settled, Start, _ => Output);
        }
    }

    /// <summary>Writes a document of the topology.</summary>
    public Task DeclareAsync(string name, string yaml) => File.WriteAllTextAsync(PathTo($"topology/{name}.yaml"), $"apiVersion: mesh.dev/v1alpha1\nkind: Service\nmetadata: {{ name: {name} }}\nspec: {yaml}\n");

    /// <summary>Takes one away.</summary>
    public void Withdraw(string name) => File.Delete(PathTo($"topology/{name}.yaml"));

    /// <summary>Starts a replica of a service: a sidecar with its relay on, and a server that is its own door, or one behind it.</summary>
    public async Task StartReplicaAsync(string service, string replica, Runtime runtime, bool isPlain = false)
    {
        _doors[replica] = $"127.0.0.1:{OwnPorts.Next()}";
        await WriteBootstrapAsync(service, replica, new JsonObject
        {
            ["listeners"] = new JsonObject { ["inbound/mesh"] = $"127.0.0.1:{OwnPorts.Next()}" },
            ["applications"] = new JsonObject { ["grpc"] = _doors[replica] },
        }, isPlain ? null : _doors[replica]);
        await StartSidecarAsync(replica);
        await StartServerAsync(replica, runtime, replica, isPlain);
    }

    /// <summary>Starts the server of a replica.</summary>
    /// <param name="replica">Where it listens.</param>
    /// <param name="runtime">What it runs on.</param>
    /// <param name="identity">Beside which sidecar it believes to be: whose certificate it shows.</param>
    /// <param name="isPlain">Whether it is behind its sidecar.</param>
    public async Task StartServerAsync(string replica, Runtime runtime, string identity, bool isPlain = false)
    {
        string[] arguments = [_doors[replica], replica, .. isPlain ? ["plain"] : Array.Empty<string>()];
        _servers[replica] = await ClientProgram.StartAsync(runtime.Start("server", isPlain ? null : PathTo($"{identity}.grpc.json"), arguments));
    }

    /// <summary>Ends the server of a replica as a crash does.</summary>
    public async Task KillServerAsync(string replica)
    {
        if (_servers.Remove(replica, out var server))
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Takes a replica away, with its sidecar.</summary>
    public async Task KillReplicaAsync(string replica)
    {
        await KillServerAsync(replica);
        if (_sidecars.Remove(replica, out var sidecar))
        {
            await sidecar.DisposeAsync();
        }
    }

    public async Task StartControlPlaneAsync()
    {
        _controlPlane = MeshProcess.Start("control-plane", "mesh-control-plane", ["--config", PathTo("control-plane.json")], new Dictionary<string, string>());
        await Eventually.GetAsync(IsReadyAsync, ready => ready, Start, _ => $"The control plane is not ready:\n{Output}");
    }

    public async Task KillControlPlaneAsync() => await _controlPlane!.DisposeAsync();

    /// <summary>The API's answer.</summary>
    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Api.GetStringAsync($"api/v1/{path}", TestContext.Current.CancellationToken))!;

    /// <summary>The streams of the clients of a runtime beside <c>caller</c>, as the control plane sees them.</summary>
    public async Task<IEnumerable<JsonNode>> ClientsAsync(string runtime) => (await GetAsync("clients"))["clients"]!.AsArray()
        .Select(client => client!)
        .Where(client => (string)client["service"]! == "caller" && ((string)client["userAgent"]!).Contains(runtime, StringComparison.OrdinalIgnoreCase));

    /// <summary>The good calls to a cluster that clients beside <c>caller</c> have reported.</summary>
    public async Task<long> ReportedAsync(string cluster) => (await GetAsync("load-reports"))["loads"]!.AsArray()
        .Where(load => (string)load!["caller"]! == "default/caller" && (string)load["cluster"]! == cluster)
        .Sum(load => (long)load!["succeeded"]!);

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _clients.Values.Concat(_servers.Values))
        {
            await program.DisposeAsync();
        }

        foreach (var process in _sidecars.Values.Append(_controlPlane).OfType<MeshProcess>())
        {
            await process.DisposeAsync();
        }

        Api.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task StartAllAsync()
    {
        Directory.CreateDirectory(PathTo("policies"));
        Directory.CreateDirectory(PathTo("topology"));
        await PoliciesAsync();
        await DeclareAsync("caller", "{ uses: [orders, behind] }");
        foreach (var service in (string[])["orders", "orders-next", "behind"])
        {
            await DeclareAsync(service, "{ ports: [{ name: grpc, protocol: grpc }] }");
        }

        WriteSecret("control-plane.json", new JsonObject
        {
            ["trustDomain"] = "clients.local",
            ["grpcAddress"] = $"127.0.0.1:{_grpcPort}",
            ["apiAddress"] = $"127.0.0.1:{_apiPort}",
            ["stateDirectory"] = PathTo("control-plane"),
            ["sources"] = new JsonArray(Source("topology"), Source("policies")),
            ["apiTokens"] = new JsonArray(new JsonObject { ["name"] = "test", ["token"] = Token, ["scopes"] = new JsonArray("read", "token", "debug") }),
        });
        await StartControlPlaneAsync();
        await WriteBootstrapAsync("caller", "caller", new JsonObject(), door: null);
        await Task.WhenAll(
            StartSidecarAsync("caller"),
            StartReplicaAsync("orders", "orders-1", Runtime.Prefer("node")),
            StartReplicaAsync("orders-next", "next-1", Runtime.Prefer("python")),
            StartReplicaAsync("behind", "behind-1", Runtime.Prefer("python"), isPlain: true));
    }

    private JsonObject Source(string name) => new() { ["directory"] = PathTo(name), ["name"] = name };

    private async Task StartSidecarAsync(string replica)
    {
        _sidecars[replica] = MeshProcess.Start("proxy", "mesh-proxy", ["run", "--bootstrap", PathTo($"{replica}.json")], new Dictionary<string, string>());
        var files = (string[])[Path.Combine(replica, "xds.sock"), Path.Combine(replica, "certificates", "key.pem")];
        await Eventually.GetAsync(() => Task.FromResult(files.All(file => File.Exists(PathTo(file)))), there => there, Start, _ => $"{replica} offers no relay:\n{Output}");
    }

    private async Task WriteBootstrapAsync(string service, string replica, JsonObject bootstrap, string? door)
    {
        using var answer = await Api.PostAsync("api/v1/tokens", JsonContent.Create(new { service = $"default/{service}" }));
        answer.EnsureSuccessStatusCode();
        bootstrap["trustDomain"] = "clients.local";
        bootstrap["service"] = $"default/{service}";
        bootstrap["replica"] = replica;
        bootstrap["controlPlane"] = $"https://127.0.0.1:{_grpcPort}";
        bootstrap["trustBundle"] = (await GetAsync("trust-bundle"))["roots"]!.DeepClone();
        bootstrap["token"] = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!;
        bootstrap["stateDirectory"] = PathTo(replica);
        bootstrap["relay"] = new JsonObject();
        if (door is not null)
        {
            bootstrap["advertisedAddress"] = door;
        }

        WriteSecret($"{replica}.json", bootstrap);
        string[] serve = door is null ? [] : ["--serve", "grpc"];
        var (code, output) = await Command.RunAsync("dotnet", new Dictionary<string, string>(), ["exec", Built.Mesh, "bootstrap", "grpc", "--bootstrap", PathTo($"{replica}.json"), .. serve]);
        Assert.True(code == 0, output);
        await File.WriteAllTextAsync(PathTo($"{replica}.grpc.json"), output);
    }

    private async Task<bool> IsSettledAsync(DateTimeOffset written)
    {
        var read = (await GetAsync("sources"))["files"]!.AsArray().FirstOrDefault(f => (string)f!["path"]! == "policies.yaml")?["readAt"];
        return read is not null && (DateTimeOffset)read >= written
            && (bool)(await GetAsync("proxies"))["settled"]!
            && (await GetAsync("clients"))["clients"]!.AsArray().All(client => (string)client!["state"]! != "pending");
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await Api.GetAsync("healthz/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
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
