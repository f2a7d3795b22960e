using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.EndToEnd.Tests.Machines;
using Mesh.EndToEnd.Tests.Running;
using Mesh.Hosting.Docker.Tests.Compose;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Testing;

namespace Mesh.Hosting.Docker.Tests.Running;

/// <summary>
/// The mesh's containers of a published folder as plain processes: the commands and files that Compose would give them, in the order that it would keep. Of the files only paths
/// and addresses are others: each network of the file is an address of loopback.
/// </summary>
internal sealed class StartedProject : IAsyncDisposable
{
    private const int FirstDoor = 16006;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly List<MachineProcess> _processes = [];
    private readonly Dictionary<string, MachineProcess> _containers = [];
    private readonly Dictionary<string, string> _doors = [];
    private readonly PublishedChart _output;
    private readonly ComposeProject _compose;

    private StartedProject(PublishedChart output) => (_output, _compose) = (output, ComposeProject.Of(output));

    /// <summary>Starts them; each when those that it depends on are healthy.</summary>
    public static async Task<StartedProject> StartAsync(PublishedChart output)
    {
        var started = new StartedProject(output);
        try
        {
            var services = started._compose.Project.Services.Where(s => s.Value.HealthCheck is not null).ToDictionary();
            while (services.Count > 0)
            {
                var (name, service) = services.First(s => !s.Value.DependsOn.Keys.Any(services.ContainsKey));
                await started.StartAsync(name, service);
                services.Remove(name);
            }

            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address that stands for the network of a Compose service.</summary>
    public string Address(string service) => $"127.42.0.{_compose.Project.Services.Keys.ToList().IndexOf(_compose[service].NetworkMode?["service:".Length..] ?? service) + 1}";

    /// <summary>The mesh door of a Compose service, <c>ip:port</c>.</summary>
    public string Door(string service) => $"{Address(service)}:{_doors[_compose[service].NetworkMode!["service:".Length..]]}";

    /// <summary>The proxy that runs in a sidecar's container.</summary>
    public int Proxy(string sidecar) => _containers[sidecar].Child("mesh-proxy");

    /// <summary>What the processes said.</summary>
    public string Said => string.Join("\n\n", _processes.Select(p => p.Said));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartAsync(string name, ComposeSpec.Service service)
    {
        _processes.Add(_containers[name] = Run(name, service, [.. service.Entrypoint, .. service.Command]));
        await Eventually.GetAsync(
            async () =>
            {
                Assert.False(_processes[^1].HasExited, _processes[^1].Said);
                await using var check = Run(name, service, service.HealthCheck!.Test[1..]);
                return (Healthy: await check.EndAsync() == 0, check.Said);
            },
            c => c.Healthy,
            Deadline,
            c => $"{name}: {c.Said}\n{Said}");
    }

    private MachineProcess Run(string name, ComposeSpec.Service service, IEnumerable<string> command)
    {
        var words = command.ToList();
        var (file, first) = Built.Process(Path.GetFileName(Path.GetDirectoryName(words[0]))!, Path.GetFileName(words[0]));
        var start = new ProcessStartInfo(file, [.. first, .. words[1..].Select(w => service.Configs.SingleOrDefault(c => c.Target == w) is { } config ? Configured(name, config) : w)]);
        foreach (var (variable, value) in service.Environment)
        {
            start.Environment[variable] = value;
        }

        return MachineProcess.Start(start);
    }

    private string Configured(string name, ComposeSpec.Mounted config)
    {
        var path = Path.Combine(_folder.Path, $"{name}.json");
        if (!File.Exists(path))
        {
            var text = _output.Text(_compose.Project.Configs[config.Source].File[2..]);
            var mounts = Mounts(name).ToDictionary(m => m.Target, m => m.Source);
            var targets = string.Join('|', mounts.Keys.OrderByDescending(t => t.Length).Select(Regex.Escape));
            text = Regex.Replace(text, $"\"({targets})(?=[/\"])", m => $"\"{mounts[m.Groups[1].Value]}");

            // Below those that the system gives out by itself: such a one may be somebody else's before the sidecar has come up.
            var door = _doors[name] = (FirstDoor + _doors.Count).ToString(CultureInfo.InvariantCulture);
            text = text.Replace("https://mesh-control-plane:", $"https://{Address("mesh-control-plane")}:", StringComparison.Ordinal)
                // All addresses stay all addresses, and need a port of their own here: the sidecar has to find out by which others reach it.
                .Replace("\"inbound/mesh\": \"0.0.0.0:15006\"", $"\"inbound/mesh\": \"0.0.0.0:{door}\"", StringComparison.Ordinal)
                .Replace("0.0.0.0:1501", $"{Address(name)}:1501", StringComparison.Ordinal)
                .Replace("0.0.0.0:8080", $"{Address(name)}:8080", StringComparison.Ordinal)
                .Replace("127.0.0.1:", $"{Address(name)}:", StringComparison.Ordinal);
            File.WriteAllText(path, text);
        }

        return path;
    }

    // Volumes are folders by their name, which is how two containers share one; what is in memory is a folder of the container's own.
    private IEnumerable<(string Target, string Source)> Mounts(string name) =>
    [
        .. _compose[name].Volumes.Select(v => (v.Target, v.Type == "bind" ? Path.GetFullPath(v.Source, _output.Path) : Made("volumes", v.Source))),
        .. _compose[name].Tmpfs.Select(t => (t.Split(':')[0], Made("memory", name, t.Split(':')[0].Trim('/').Replace('/', '-')))),
    ];

    private string Made(params string[] path) => Directory.CreateDirectory(Path.Combine([_folder.Path, .. path])).FullName;
}
