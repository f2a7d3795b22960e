using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>A control plane on a machine, and services that <c>mesh token</c> and <c>mesh proxy run</c> bring up on this one or another, as docs/vm.md tells operators.</summary>
internal sealed class MachineMesh : IAsyncDisposable
{
    private const string Token = "machines-0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-machines-");
    private readonly List<MachineProcess> _processes = [];
    private readonly IMachine _home;
    private readonly string _api;

    private MachineMesh(IMachine home, string api) => (_home, _api) = (home, api);

    /// <summary>Starts the control plane.</summary>
    /// <param name="home">Where.</param>
    /// <param name="topology">The services, as YAML.</param>
    /// <param name="grpcPort">Where sidecars reach it.</param>
    /// <param name="apiPort">Where <c>mesh</c> reaches it, on its own loopback.</param>
    public static async Task<MachineMesh> StartAsync(IMachine home, string topology, string grpcPort, string apiPort)
    {
        var (file, first) = Built.Process("control-plane", "mesh-control-plane");
        var mesh = new MachineMesh(home, $"http://127.0.0.1:{apiPort}");
        try
        {
            var directory = mesh._directory.CreateSubdirectory("topology");
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "services.yaml"), topology);
            mesh.WriteSecret("admin.token", Token);
            mesh.WriteSecret("control-plane.json", new JsonObject
            {
                ["trustDomain"] = "machines.local",
                ["grpcAddress"] = $"{home.Address}:{grpcPort}",
                ["apiAddress"] = $"127.0.0.1:{apiPort}",
                ["stateDirectory"] = mesh.PathTo("control-plane"),
                ["sources"] = new JsonArray(new JsonObject { ["directory"] = directory.FullName, ["name"] = "topology" }),
                ["apiTokens"] = new JsonArray(new JsonObject { ["name"] = "admin", ["token"] = Token, ["scopes"] = new JsonArray("read", "token") }),
            }.ToJsonString(JsonSerializerOptions.Web));
            var controlPlane = mesh.Keep(MachineProcess.Start(home.Start(file, [.. first, "--config", mesh.PathTo("control-plane.json")])));
            using var client = home.NewClient();
            await Eventually.GetAsync(() => AnswersAsync(client, $"{mesh._api}/healthz/ready"), ok => ok, Start, _ => $"The control plane is not ready:\n{controlPlane.Said}");
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether something answers with success.</summary>
    public static async Task<bool> AnswersAsync(HttpClient client, string url)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(url), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary><c>mesh token SERVICE --out FILE …</c>, run where the control plane is.</summary>
    /// <returns>The file.</returns>
    public async Task<string> IssueAsync(string service, string replica, IMachine machine, params string[] more)
    {
        var file = PathTo($"{replica}.json");
        await using var mesh = MachineProcess.Start(_home.Start("dotnet",
            ["exec", Built.Mesh, "token", service, "--server", _api, "--token-file", PathTo("admin.token"), "--out", file, "--advertise", machine.Address, "--replica", replica, "--state-directory", PathTo($"{replica}.state"), .. more]));
        Assert.True(await mesh.EndAsync() == 0, mesh.Said);
        return file;
    }

    /// <summary>Puts documents beside the services, in place of those that were put there before.</summary>
    public async Task SayAsync(string policies)
    {
        // Whole at once: the control plane reads what it finds.
        await File.WriteAllTextAsync(PathTo("policies.new"), policies);
        File.Move(PathTo("policies.new"), PathTo(Path.Combine("topology", "policies.yaml")), overwrite: true);
    }

    /// <summary>A file or directory of its own.</summary>
    public string PathOf(string name) => PathTo(name);

    /// <summary>Changes a start-up file.</summary>
    public static async Task ChangeAsync(string file, Action<JsonObject> change)
    {
        var bootstrap = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        change(bootstrap);
        await File.WriteAllTextAsync(file, bootstrap.ToJsonString(JsonSerializerOptions.Web));
    }

    /// <summary><c>mesh proxy run --bootstrap FILE -- COMMAND</c>; the test app unless said otherwise.</summary>
    public MachineProcess Run(IMachine machine, string file, params string[] command)
    {
        Assert.SkipUnless(File.Exists(Built.TestApp), "The test app is not built.");
        var start = machine.Start("dotnet", ["exec", Built.Mesh, "proxy", "run", "--bootstrap", file, "--", .. command is [] ? ["dotnet", "exec", Built.TestApp] : command]);
        start.WorkingDirectory = _directory.FullName;
        return Keep(MachineProcess.Start(start));
    }

    /// <summary>Waits until the control plane sends callers to these replicas.</summary>
    public async Task UntilReadyAsync(params ImmutableArray<string> replicas)
    {
        using var client = _home.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        await Eventually.GetAsync(
            async () =>
            {
                var proxies = JsonNode.Parse(await client.GetStringAsync(new Uri($"{_api}/api/v1/proxies"), TestContext.Current.CancellationToken))!;
                return proxies["proxies"]!.AsArray().Where(p => (string)p!["state"]! == "ready" && p["readyPorts"]!.AsArray().Count > 0).Select(p => (string)p!["replica"]!).ToHashSet();
            },
            ready => replicas.All(ready.Contains),
            Start,
            ready => $"Ready are {string.Join(", ", ready)}:\n{string.Join('\n', _processes.Select(p => p.Said))}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private MachineProcess Keep(MachineProcess process)
    {
        _processes.Add(process);
        return process;
    }

    private string PathTo(string name) => Path.Combine(_directory.FullName, name);

    private void WriteSecret(string name, string content)
    {
        File.WriteAllText(PathTo(name), content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PathTo(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
