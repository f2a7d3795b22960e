using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Xds.Client;
using Mesh.Xds.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Discovery.Benchmarks;

/// <summary>Connects the proxies, then changes one thing at a time and waits until all whom it concerns have it.</summary>
internal sealed class PropagationRun(LonelyControlPlane plane, SyntheticMesh mesh, int proxies, TextWriter output)
{
    /// <summary>HTTP/2 connections carry at most 100 streams each unless told otherwise.</summary>
    private const int ProxiesPerConnection = 50;

    private const int Rounds = 20;

    public async Task RunAsync()
    {
        var published = Stopwatch.StartNew();
        for (var service = 0; service < mesh.Services; service++)
        {
            plane.Cache.PublishEndpoints(SyntheticMesh.Endpoints(service, firstPort: 1000));
            Publish(service);
        }

        output.WriteLine($"{mesh.Services} profiles with {mesh.Upstreams} upstreams each published in {published.ElapsedMilliseconds} ms");
        var state = Directory.CreateTempSubdirectory("mesh-discovery-bench-");
        using var ending = new CancellationTokenSource();
        var sinks = Enumerable.Range(0, proxies).Select(_ => new TimingSink()).ToArray();
        var connected = Stopwatch.StartNew();
        var running = Connect(sinks, state, ending.Token);
        await Task.WhenAll(sinks.Select(sink => sink.Ready.Task));
        output.WriteLine($"{proxies} proxies have everything after {connected.ElapsedMilliseconds} ms; "
            + $"managed memory of both ends {GC.GetTotalMemory(forceFullCollection: true) >> 20} MiB, working set {Environment.WorkingSet >> 20} MiB");
        for (var pass = 1; pass <= 2; pass++)
        {
            output.WriteLine($"pass {pass}: one endpoint, all {proxies} proxies subscribe: {await MeasureAsync(() => ChangeEndpointAsync(sinks, pass))}");
            output.WriteLine($"pass {pass}: {mesh.Upstreams} routes of one service: {await MeasureAsync(() => ChangeRoutesAsync(sinks, pass))}");
        }

        await ending.CancelAsync();
        await Task.WhenAll(running);
        state.Delete(recursive: true);
    }

    /// <summary>Quantiles, and what a change costs both ends in processor time: that does not depend on what else the machine does.</summary>
    private static async Task<string> MeasureAsync(Func<Task<List<double>>> change)
    {
        var before = Environment.CpuUsage.TotalTime;
        var milliseconds = await change();
        var cost = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Rounds;
        milliseconds.Sort();
        return FormattableString.Invariant(
            $"p50 {milliseconds[milliseconds.Count / 2]:0.0} ms, p99 {milliseconds[milliseconds.Count * 99 / 100]:0.0} ms, max {milliseconds[^1]:0.0} ms; {cost:0.0} ms of CPU each");
    }

    private Task[] Connect(TimingSink[] sinks, DirectoryInfo state, CancellationToken cancellationToken)
    {
        GrpcChannel? channel = null;
        var running = new Task[sinks.Length];
        for (var i = 0; i < sinks.Length; i++)
        {
            if (channel is null || i % ProxiesPerConnection == 0)
            {
                channel = GrpcChannel.ForAddress(plane.Address);
            }

            var invoker = channel.CreateCallInvoker();
            var options = new AdsClientOptions
            {
                Node = new NodeId(SyntheticMesh.Identity(i % mesh.Services), $"replica-{i}"),
                StateDirectory = Path.Combine(state.FullName, $"{i}"),
                SaveDelay = TimeSpan.FromHours(1), // A real proxy has a disk of its own.
            };
            var client = new AdsClient(
                options, _ => ValueTask.FromResult<CallInvoker>(invoker), sinks[i], TimeProvider.System, new Random(i), NullLogger<AdsClient>.Instance);
            running[i] = client.RunAsync(cancellationToken);
        }

        return running;
    }

    private async Task<List<double>> ChangeEndpointAsync(TimingSink[] sinks, int pass)
    {
        var took = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var arrivals = sinks.Select(sink => sink.Arm()).ToArray();
            var start = Stopwatch.GetTimestamp();
            plane.Cache.PublishEndpoints(SyntheticMesh.Endpoints(0, firstPort: 2000 + (1000 * pass) + (10 * round)));
            took.AddRange((await Task.WhenAll(arrivals)).Select(at => Stopwatch.GetElapsedTime(start, at).TotalMilliseconds));
            await Task.Delay(20);
        }

        return took;
    }

    private async Task<List<double>> ChangeRoutesAsync(TimingSink[] sinks, int pass)
    {
        var took = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var arrival = sinks[0].Arm();
            var start = Stopwatch.GetTimestamp();
            Publish(0, $"v{pass}-{round}.example");
            took.Add(Stopwatch.GetElapsedTime(start, await arrival).TotalMilliseconds);
            await Task.Delay(20);
        }

        return took;
    }

    private void Publish(int service, string? host = null)
    {
        var result = plane.Cache.Publish(SyntheticMesh.Identity(service).Text, mesh.Snapshot(service, host));
        if (!result.Published)
        {
            throw new InvalidOperationException(string.Join('\n', result.Violations));
        }
    }
}
