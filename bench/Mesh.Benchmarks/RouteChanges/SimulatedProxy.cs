using System.Diagnostics;
using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Grpc.Net.Client;
using Mesh.Xds.Wire;

namespace Mesh.Benchmarks.RouteChanges;

/// <summary>
/// A sidecar as the control plane sees it: subscribes to everything, acknowledges everything, on a connection of its own, and says what it has when it comes back. It
/// builds no tables: a thousand sidecars have a thousand processors for that, and here they share one.
/// </summary>
internal sealed class SimulatedProxy(Func<GrpcChannel> open, string identity, string replica, Action<long, long> arrived) : IDisposable
{
    private readonly HashSet<string> _lacking = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, string>> _held = TypeUrls.InOrder.ToDictionary(url => url, _ => new Dictionary<string, string>(StringComparer.Ordinal));
    private readonly Dictionary<long, int> _tablesOf = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _connection = new();
    private long _bytes;

    /// <summary>Ends when it has every route table of its listeners.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Bytes of the messages it was sent.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Runs until the control plane ends a stream or it was told to go.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            var connection = _connection;
            try
            {
                await ConnectAsync(connection.Token);
                throw new InvalidOperationException("the control plane ended a stream");
            }
            catch (Exception error) when (connection.IsCancellationRequested && error is Grpc.Core.RpcException or OperationCanceledException)
            {
                // It was told to come back.
            }
        }
    }

    /// <summary>Drops the connection and comes back at once.</summary>
    /// <returns>When the control plane has taken it in.</returns>
    public async Task<long> ReconnectAsync()
    {
        var admitted = _admitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = _connection;
        _connection = new CancellationTokenSource();
        await before.CancelAsync();
        await admitted.Task;
        return Stopwatch.GetTimestamp();
    }

    public void Dispose() => _connection.Dispose();

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        using var channel = open();
        using var call = new AggregatedDiscoveryService.AggregatedDiscoveryServiceClient(channel).DeltaAggregatedResources(cancellationToken: cancellationToken);
        var node = new Node { Id = $"{identity}#{replica}", UserAgentName = "mesh-bench" };
        foreach (var typeUrl in TypeUrls.InOrder.Where(url => url is TypeUrls.Cluster or TypeUrls.Listener || _held[url].Count > 0))
        {
            var request = new DeltaDiscoveryRequest { Node = node, TypeUrl = typeUrl, InitialResourceVersions = { _held[typeUrl] } };
            request.ResourceNamesSubscribe.AddRange(typeUrl is TypeUrls.Endpoints or TypeUrls.RouteTable ? _held[typeUrl].Keys : []);
            await call.RequestStream.WriteAsync(request, cancellationToken);
        }

        await call.ResponseHeadersAsync;
        _admitted.TrySetResult();
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var response = call.ResponseStream.Current;
            Note(response, Stopwatch.GetTimestamp());
            foreach (var request in Answers(response))
            {
                await call.RequestStream.WriteAsync(request, cancellationToken);
            }
        }
    }

    private void Note(DeltaDiscoveryResponse response, long at)
    {
        Volatile.Write(ref _bytes, _bytes + response.CalculateSize());
        foreach (var resource in response.Resources)
        {
            _held[response.TypeUrl][resource.Name] = resource.Version;
            if (response.TypeUrl is TypeUrls.RouteTable or TypeUrls.Endpoints && SyntheticMesh.StampIn(resource.Resource_.Value.Span) is { At: not 0 } stamp && IsWhole(stamp))
            {
                arrived(stamp.At, at);
            }
        }

        if (response.TypeUrl == TypeUrls.RouteTable)
        {
            _lacking.ExceptWith(response.Resources.Select(table => table.Name));
            if (_lacking.Count == 0)
            {
                _ready.TrySetResult();
            }
        }
    }

    private bool IsWhole(Stamp stamp)
    {
        if (!stamp.IsEvery)
        {
            return true;
        }

        var tables = _tablesOf[stamp.At] = _tablesOf.GetValueOrDefault(stamp.At) + 1;
        return tables == _held[TypeUrls.RouteTable].Count && _tablesOf.Remove(stamp.At);
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
            _lacking.UnionWith(outbound);
            yield return new() { TypeUrl = TypeUrls.RouteTable, ResourceNamesSubscribe = { outbound } };
        }

        yield return new() { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce };
    }
}
