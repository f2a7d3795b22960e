using System.Globalization;
using System.Net;
using BenchmarkDotNet.Attributes;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Benchmarks.Micro;

/// <summary>Which replica takes a request.</summary>
public class ReplicaPick
{
    private readonly Random _random = new(1);
    private IBalancer? _balancer;
    private ulong _key;

    /// <summary>How many there are.</summary>
    [Params(1, 3, 50)]
    public int Replicas { get; set; }

    /// <summary>The way to choose.</summary>
    [Params(LoadBalancingKind.LeastRequest, LoadBalancingKind.RoundRobin, LoadBalancingKind.PeakEwma, LoadBalancingKind.RingHash, LoadBalancingKind.Maglev)]
    public LoadBalancingKind Kind { get; set; }

    /// <summary>Makes the balancer.</summary>
    [GlobalSetup]
    public void Create() => _balancer = Balancers.Create(
        new LoadBalancing(Kind, 2),
        [.. Enumerable.Range(1, Replicas).Select(i => new UpstreamReplica(string.Create(CultureInfo.InvariantCulture, $"r{i}"), new IPEndPoint(IPAddress.Loopback, i), 1))],
        _random.Next,
        TimeProvider.System);

    /// <summary>One pick, nothing avoided.</summary>
    [Benchmark]
    public object? Pick() => _balancer!.Pick([], _key += 0x9E3779B97F4A7C15);
}
