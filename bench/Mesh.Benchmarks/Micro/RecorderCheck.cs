using BenchmarkDotNet.Attributes;
using Mesh.Model.Recording;
using Mesh.Proxy.Telemetry.Recording;

namespace Mesh.Benchmarks.Micro;

/// <summary>What a recording costs a request: nothing but a look while nobody records.</summary>
public class RecorderCheck
{
    private const string Caller = "spiffe://bench.mesh/ns/bench/sa/storefront";
    private readonly TrafficRecorder _off = new();
    private readonly TrafficRecorder _on = new();

    /// <summary>Begins the recording.</summary>
    [GlobalSetup]
    public void Begin() => _on.Begin("bench");

    /// <summary>Nobody records.</summary>
    [Benchmark(Baseline = true)]
    public bool Off() => _off.Current is not null;

    /// <summary>Somebody does: the path becomes a template and is counted.</summary>
    [Benchmark]
    public bool On()
    {
        if (_on.Current is not { } recording)
        {
            return false;
        }

        recording.Note(Caller, "http", OperationKey.Of("GET", "/orders/17/items", isGrpc: false), static (edge, key) =>
        {
            var count = edge.Find(key)!;
            count.Succeeded++;
            count.AddDuration(40);
        });
        return true;
    }
}
