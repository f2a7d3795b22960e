using System.Globalization;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>A node as far as pods see it: a bridge with an address, and a wire from it to each pod. None of it is on the machine's own network.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly List<Sandbox> _pods = [];
    private int _given = 1;

    private Node(Sandbox own) => Own = own;

    /// <summary>Where the kubelet and the API server are.</summary>
    public Sandbox Own { get; }

    public static async Task<Node> CreateAsync()
    {
        var node = new Node(await Sandbox.CreateAsync("10.244.0.1"));
        try
        {
            await node.Own.NetworkAsync("ip link set lo up; ip link add name pods type bridge; ip address add 10.244.0.1/24 dev pods; ip link set pods up");
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a pod's sandbox, with an address that none had before.</summary>
    public async Task<Sandbox> AddAsync()
    {
        var number = Interlocked.Increment(ref _given);
        var pod = await Sandbox.CreateAsync(string.Create(CultureInfo.InvariantCulture, $"10.244.0.{number}"));
        lock (_pods)
        {
            _pods.Add(pod);
        }

        await Own.NetworkAsync($"ip link add name pod{number} type veth peer name eth0 netns {pod.Id}; ip link set pod{number} master pods up");
        await pod.NetworkAsync($"ip link set lo up; ip address add {pod.Address}/24 dev eth0; ip link set eth0 up");
        return pod;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _pods)
        {
            await pod.DisposeAsync();
        }

        await Own.DisposeAsync();
    }
}
