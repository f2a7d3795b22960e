using System.Diagnostics;
using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Grpc.Core;
using Mesh.Xds.Wire;

namespace Mesh.Benchmarks.RouteChanges;

/// <summary>
/// A sidecar as the control plane sees it: subscribes to everything, acknowledges everything, on a connection of its own. It builds no tables: a thousand sidecars have a
/// thousand processors for that, and here they share one.
/// </summary>
internal sealed class SimulatedProxy(CallInvoker invoker, string identity, string replica, Action<long, long> arrived)
{
    private readonly HashSet<string> _tables = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when it has every route table of its listeners.</summary>
    public Task Ready => _ready.Task;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var call = new AggregatedDiscoveryService.AggregatedDiscoveryServiceClient(invoker).DeltaAggregatedResources(cancellationToken: cancellationToken);
        var node = new Node { Id = $"{identity}#{replica}", UserAgentName = "mesh-bench" };
        await call.RequestStream.WriteAsync(new() { Node = node, TypeUrl = TypeUrls.Cluster }, cancellationToken);
        await call.RequestStream.WriteAsync(new() { TypeUrl = TypeUrls.Listener }, cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var response = call.ResponseStream.Current;
            var at = Stopwatch.GetTimestamp();
            Note(response, at);
            foreach (var request in Answers(response))
            {
                await call.RequestStream.WriteAsync(request, cancellationToken);
            }

            _tables.ExceptWith(response.TypeUrl == TypeUrls.RouteTable ? response.Resources.Select(table => table.Name) : []);
            if (response.TypeUrl == TypeUrls.RouteTable && _tables.Count == 0)
            {
                _ready.TrySetResult();
            }
        }
    }

    private void Note(DeltaDiscoveryResponse response, long at)
    {
        if (response.TypeUrl != TypeUrls.RouteTable)
        {
            return;
        }

        foreach (var table in response.Resources)
        {
            if (SyntheticMesh.StampIn(table.Resource_.Value.Span) is var stamp and not 0)
            {
                arrived(stamp, at);
            }
        }
    }

    private IEnumerable<DeltaDiscoveryRequest> Answers(DeltaDiscoveryResponse response)
    {
        var names = response.Resources.Select(resource => resource.Name).ToList();
        if (response.TypeUrl == TypeUrls.Cluster && names.Count > 0)
        {
            yield return new() { TypeUrl = TypeUrls.Endpoints, ResourceNamesSubscribe = { names } };
        }

        var outbound = names.Where(name => name.StartsWith("outbound/", StringComparison.Ordinal)).ToList();
        if (response.TypeUrl == TypeUrls.Listener && outbound.Count > 0)
        {
            _tables.UnionWith(outbound);
            yield return new() { TypeUrl = TypeUrls.RouteTable, ResourceNamesSubscribe = { outbound } };
        }

        yield return new() { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce };
    }
}
