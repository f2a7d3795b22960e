using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary><c>mesh up</c> as a user runs it, in a directory and with ports of its own.</summary>
internal sealed class MeshUp : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentDictionary<string, App> _apps = new();
    private readonly Dictionary<string, RestartHold> _holds = [];
    private JsonNode _ready = new JsonObject();

    private MeshUp(DirectoryInfo directory, Process process)
    {
        _directory = directory;
        _process = process;
    }

    /// <summary>The control plane's API, with a token that may do everything.</summary>
    public HttpClient Api { get; private set; } = new();

    public string Output => string.Join('\n', _output);

    /// <summary>Where mesh.yaml is.</summary>
    public string Directory => _directory.FullName;

    public string StateDirectory => (string)_ready["state"]!;

    public string LoginUrl => (string)_ready["login"]!;

    public int ControlPlanePid => (int)_ready["controlPlaneProcessId"]!;

    public int Pid => _process.Id;

    public static Task<MeshUp> StartAsync(string yaml, params string[] options) => StartAsync("dotnet", ["exec", Built.Mesh], yaml, options, []);

    /// <summary>The same with variables of its own.</summary>
    public static Task<MeshUp> StartAsync(string yaml, Dictionary<string, string> variables, params string[] options) => StartAsync("dotnet", ["exec", Built.Mesh], yaml, options, variables);

    /// <summary>The same with the tool as it was installed from its package.</summary>
    public static Task<MeshUp> StartToolAsync(string tool, string yaml) => StartAsync(tool, [], yaml, [], []);

    private static async Task<MeshUp> StartAsync(string program, string[] before, string yaml, string[] options, Dictionary<string, string> variables)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("mesh-up-");
        directory.CreateSubdirectory("policies");
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "mesh.yaml"), yaml);
        var ready = Path.Combine(directory.FullName, "ready.json");
        var start = new ProcessStartInfo(program, [.. before, "up", "--ready-file", ready, "--api-port", OwnPorts.Next(), "--grpc-port", OwnPorts.Next(), .. options])
        {
            WorkingDirectory = directory.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        start.Environment["NO_COLOR"] = "1";
        foreach (var (variable, value) in variables)
        {
            start.Environment[variable] = value;
        }

        var up = new MeshUp(directory, Process.Start(start) ?? throw new InvalidOperationException("mesh did not start."));
        up.Listen();
        try
        {
            await Eventually.GetAsync(
                () => Task.FromResult(File.Exists(ready) || up._process.HasExited), done => done, StartDeadline, _ => $"mesh up is not ready:\n{up.Output}");
            Assert.False(up._process.HasExited, $"mesh up ended:\n{up.Output}");
            up._ready = JsonNode.Parse(await File.ReadAllTextAsync(ready))!;
            var server = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(up.StateDirectory, "cli.json")))!;
            up.Api = new HttpClient { BaseAddress = new Uri((string)up._ready["api"]! + "/") };
            up.Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)server["token"]!);
            return up;
        }
        catch
        {
            await up.DisposeAsync();
            throw;
        }
    }

    /// <summary>The front door of a service, as a base address.</summary>
    public Uri UrlOf(string service)
    {
        var door = Replica($"{service}-0")["listeners"]!.AsObject().First(l => l.Key.StartsWith("inbound/front/", StringComparison.Ordinal));
        return new Uri($"http://{(string)door.Value!}/");
    }

    public string MeshDoorOf(string replica) => (string)Replica(replica)["listeners"]!["inbound/mesh"]!;

    /// <summary>A loopback listener of a replica's sidecar, for an upstream <c>namespace/service/port</c>.</summary>
    public string OutboundOf(string replica, string upstream) => (string)Replica(replica)["listeners"]![$"outbound/{upstream}"]!;

    public int SidecarPid(string replica) => (int)Replica(replica)["sidecarProcessId"]!;

    public int AppPid(string replica) => (int)Replica(replica)["processId"]!;

    public bool IsAbsent(string replica) => (string)Replica(replica)["state"]! == "absent";

    /// <summary>A test app behind its front door.</summary>
    public App App(string service) => _apps.GetOrAdd(service, s => new App(new HttpClient { BaseAddress = UrlOf(s), Timeout = TimeSpan.FromSeconds(120) }));

    /// <summary>Writes a policy file and waits for it to be live; disposing it takes it away again and waits for that.</summary>
    public async Task<PolicyFile> WritePolicyAsync(string name, string yaml)
    {
        var file = new PolicyFile(Path.Combine(_directory.FullName, "policies", name), Api);
        await file.RewriteAsync(yaml);
        return file;
    }

    public Task RewriteAppFileAsync(string yaml) => File.WriteAllTextAsync(Path.Combine(_directory.FullName, "mesh.yaml"), yaml);

    /// <summary>Sidecars that are registered and acknowledged the current configuration; none while there is no control plane to ask.</summary>
    public async Task<int> ReadyProxiesAsync()
    {
        try
        {
            var proxies = JsonNode.Parse(await Api.GetStringAsync("api/v1/proxies"))!;
            return proxies["proxies"]!.AsArray().Count(p => (string)p!["state"]! == "ready");
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    /// <summary>Waits for a text in the log of a replica's sidecar.</summary>
    public Task LoggedAsync(string replica, string text) =>
        Eventually.GetAsync(() => File.ReadAllTextAsync(Path.Combine(StateDirectory, "logs", $"{replica}-mesh.log")), log => log.Contains(text, StringComparison.Ordinal), StartDeadline);

    public void Kill(int pid) => MeshProcess.Kill(pid);

    public async Task SignalAsync(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends every process that <c>mesh up</c> starts anew under this name, until it is allowed again.</summary>
    public void HoldRestartOf(string name) => _holds[name] = new RestartHold(Path.Combine(StateDirectory, $"{name}.json"));

    public async Task AllowRestartOfAsync(string name)
    {
        await _holds[name].DisposeAsync();
        _holds.Remove(name);
    }

    /// <summary>Most memory that a process ever had resident.</summary>
    public static int PeakMemoryMiB(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Stops it as Ctrl+C does, and answers with its exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("TERM", _process.Id);
        }

        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopDeadline);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"mesh up did not stop:\n{Output}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hold in _holds.Values)
        {
            await hold.DisposeAsync();
        }

        await StopAsync();
        foreach (var app in _apps.Values)
        {
            app.FrontDoor.Dispose();
        }

        Api.Dispose();
        _process.Dispose();
        try
        {
            _directory.Delete(recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            // PostgreSQL's data belongs to another user where the tests run as root without the right to remove it.
        }
    }

    private JsonNode Replica(string name) => _ready["replicas"]!.AsArray().FirstOrDefault(r => (string)r!["name"]! == name)
        ?? throw new InvalidOperationException($"No replica {name} in {_ready}");

    private void Listen()
    {
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }
}
