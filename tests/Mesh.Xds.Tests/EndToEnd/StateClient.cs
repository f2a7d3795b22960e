using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Grpc.Core;
using Grpc.Net.Client;

namespace Mesh.Xds.Tests.EndToEnd;

/// <summary>A state-of-the-world client on a real socket: one stream, the node in its first request only.</summary>
internal sealed class StateClient : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<DiscoveryRequest, DiscoveryResponse> _call;
    private Node? _node;

    public StateClient(Uri address, string nodeId)
    {
        _channel = GrpcChannel.ForAddress(address);
        _node = new Node { Id = nodeId, UserAgentName = "state client" };
        _call = new AggregatedDiscoveryService.AggregatedDiscoveryServiceClient(_channel)
            .StreamAggregatedResources(deadline: TimeProvider.System.GetUtcNow().AddSeconds(30).UtcDateTime, cancellationToken: TestContext.Current.CancellationToken);
    }

    public async Task AskAsync(string typeUrl, string version = "", string nonce = "", params string[] names)
    {
        var request = new DiscoveryRequest { Node = _node, TypeUrl = typeUrl, VersionInfo = version, ResponseNonce = nonce };
        request.ResourceNames.AddRange(names);
        _node = null;
        await _call.RequestStream.WriteAsync(request);
    }

    /// <summary>The next response.</summary>
    /// <exception cref="RpcException">The stream ended.</exception>
    public async Task<DiscoveryResponse> ReadAsync()
    {
        Assert.True(await _call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return _call.ResponseStream.Current;
    }

    /// <summary>Asks, reads what comes and accepts it.</summary>
    public async Task<DiscoveryResponse> GetAsync(string typeUrl, params string[] names)
    {
        await AskAsync(typeUrl, names: names);
        var response = await ReadAsync();
        await AskAsync(typeUrl, response.VersionInfo, response.Nonce, names);
        return response;
    }

    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }
}
