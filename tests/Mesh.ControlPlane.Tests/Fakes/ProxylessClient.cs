using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Model.Identity;
using Mesh.Model.Topology;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Tests.Fakes;

/// <summary>A gRPC client as the control plane sees it through a relay: state of the world over the sidecar's mTLS, every request with all names, and the truth about itself.</summary>
internal sealed class ProxylessClient : IAsyncDisposable
{
    private readonly FakeSidecar _identity;
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<DiscoveryRequest, DiscoveryResponse> _call;
    private readonly Dictionary<string, DiscoveryRequest> _asked = [];
    private Node? _node;

    private ProxylessClient(FakeSidecar identity, Node node)
    {
        _identity = identity;
        _channel = identity.Connect();
        _node = node;
        _call = new AggregatedDiscoveryService.AggregatedDiscoveryServiceClient(_channel).StreamAggregatedResources(
            deadline: TimeProvider.System.GetUtcNow().AddSeconds(60).UtcDateTime, cancellationToken: TestContext.Current.CancellationToken);
    }

    public static async Task<ProxylessClient> StartAsync(ControlPlaneHost host, string service, string userAgent = "gRPC Node Pure JS", string replica = "one", string? identity = null, string zone = "")
    {
        var id = new NodeId(SpiffeId.ForService(ControlPlaneHost.TrustDomain, new ServiceId("default", service)), replica);
        return new ProxylessClient(await FakeSidecar.EnrolledAsync(host, identity ?? service), new Node { Id = id.ToString(), UserAgentName = userAgent, UserAgentVersion = "1.14.1", Locality = new Locality { Zone = zone } });
    }

    /// <summary>Asks for names of a type and for nothing else of it.</summary>
    public Task AskAsync(string typeUrl, params string[] names)
    {
        var request = _asked.GetValueOrDefault(typeUrl)?.Clone() ?? new DiscoveryRequest { TypeUrl = typeUrl };
        request.ResourceNames.Clear();
        request.ResourceNames.AddRange(names);
        return SayAsync(request);
    }

    /// <summary>The next response of a type, which is accepted, as all before it are.</summary>
    public async Task<DiscoveryResponse> NextAsync(string typeUrl, string? error = null)
    {
        while (true)
        {
            var more = await _call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.True(more, "the stream ended");
            var response = _call.ResponseStream.Current;
            var answer = _asked[response.TypeUrl].Clone();
            answer.ResponseNonce = response.Nonce;
            answer.ErrorDetail = response.TypeUrl == typeUrl && error is not null ? new Google.Rpc.Status { Code = 3, Message = error } : null;
            answer.VersionInfo = answer.ErrorDetail is null ? response.VersionInfo : answer.VersionInfo;
            await SayAsync(answer);
            if (response.TypeUrl == typeUrl)
            {
                return response;
            }
        }
    }

    /// <summary>Asks for one name and reads until there is a resource that it is about.</summary>
    public async Task<T> GetAsync<T>(string typeUrl, string name, MessageParser<T> parser, Func<T, bool>? until = null)
        where T : IMessage<T>
    {
        await AskAsync(typeUrl, name);
        return await UntilAsync(typeUrl, parser, until);
    }

    /// <summary>Reads until the one resource of a type is as wanted.</summary>
    public async Task<T> UntilAsync<T>(string typeUrl, MessageParser<T> parser, Func<T, bool>? until = null)
        where T : IMessage<T>
    {
        while (true)
        {
            var response = await NextAsync(typeUrl);
            if (response.Resources is [var only] && parser.ParseFrom(only.Value) is var resource && until?.Invoke(resource) != false)
            {
                return resource;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        _channel.Dispose();
        _identity.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SayAsync(DiscoveryRequest request)
    {
        _asked[request.TypeUrl] = request.Clone();
        _asked[request.TypeUrl].ErrorDetail = null;
        _asked[request.TypeUrl].Node = null;
        request.Node = _node;
        _node = null;
        await _call.RequestStream.WriteAsync(request, TestContext.Current.CancellationToken);
    }
}
