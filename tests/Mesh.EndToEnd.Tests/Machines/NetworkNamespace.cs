using System.Diagnostics;
using System.Net.Sockets;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>A machine as far as the network goes: a namespace of Linux with a loopback and one wire to its peer.</summary>
internal sealed class NetworkNamespace : IMachine, IAsyncDisposable
{
    private static int _made;

    private readonly string _ip;
    private readonly string _name;

    private NetworkNamespace(string ip, string name, string address) => (_ip, _name, Address) = (ip, name, address);

    /// <inheritdoc />
    public string Address { get; }

    /// <summary>Makes two that see each other and nobody else; the test skips where that cannot be.</summary>
    public static async Task<(NetworkNamespace Left, NetworkNamespace Right)> PairAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Network namespaces are Linux's.");
        var ip = Command.Find("ip", "iproute2");
        var id = $"{Environment.ProcessId % 0xffff:x}-{Interlocked.Increment(ref _made)}";
        var net = $"10.{200 + (Environment.ProcessId % 50)}.{Environment.ProcessId / 50 % 250}";
        var left = new NetworkNamespace(ip, $"mesh-{id}a", $"{net}.1");
        var right = new NetworkNamespace(ip, $"mesh-{id}b", $"{net}.2");
        try
        {
            foreach (var ns in new[] { left, right })
            {
                var (code, why) = await RunAsync(ip, "netns", "add", ns._name);
                Assert.SkipWhen(code != 0, $"Network namespaces cannot be made here ({why.Trim()}): that takes root, or CAP_SYS_ADMIN and CAP_NET_ADMIN.");
            }

            await WantAsync("link", "add", $"mv{id}a", "netns", left._name, "type", "veth", "peer", "name", $"mv{id}b", "netns", right._name);
            foreach (var (ns, wire) in new[] { (left, $"mv{id}a"), (right, $"mv{id}b") })
            {
                await WantAsync("-n", ns._name, "address", "add", $"{ns.Address}/30", "dev", wire);
                await WantAsync("-n", ns._name, "link", "set", wire, "up");
                await WantAsync("-n", ns._name, "link", "set", "lo", "up");
            }

            return (left, right);
        }
        catch
        {
            await left.DisposeAsync();
            await right.DisposeAsync();
            throw;
        }

        async Task WantAsync(params string[] arguments)
        {
            var (code, why) = await RunAsync(ip, arguments);
            Assert.SkipWhen(code != 0, $"ip {string.Join(' ', arguments)}: {why.Trim()}; that takes root, or CAP_SYS_ADMIN and CAP_NET_ADMIN, and a kernel with veth.");
        }
    }

    /// <inheritdoc />
    public ProcessStartInfo Start(string file, params string[] arguments) => new(_ip, ["netns", "exec", _name, file, .. arguments]);

    /// <inheritdoc />
    public Socket NewSocket() => NamespaceSockets.New($"/run/netns/{_name}");

    public async ValueTask DisposeAsync()
    {
        // The wire goes with either end; one that was never made is no matter.
        await RunAsync(_ip, "netns", "delete", _name);
    }

    private static Task<(int ExitCode, string Output)> RunAsync(string ip, params string[] arguments) => Command.RunAsync(ip, new Dictionary<string, string>(), arguments);
}
