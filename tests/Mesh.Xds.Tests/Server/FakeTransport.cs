using System.Threading.Channels;
using Envoy.Service.Discovery.V3;
using Grpc.Core;

namespace Mesh.Xds.Tests.Server;

/// <summary>A transport whose client reads one response at a time, when the test says so.</summary>
internal sealed class FakeTransport : IAsyncStreamReader<DeltaDiscoveryRequest>, IAsyncStreamWriter<DeltaDiscoveryResponse>, IDisposable
{
    private readonly Channel<DeltaDiscoveryRequest> _requests = Channel.CreateUnbounded<DeltaDiscoveryRequest>();
    private readonly Channel<DeltaDiscoveryResponse> _responses = Channel.CreateUnbounded<DeltaDiscoveryResponse>();
    private readonly SemaphoreSlim _room = new(0);

    public DeltaDiscoveryRequest Current { get; private set; } = new();

    public WriteOptions? WriteOptions { get; set; }

    /// <summary>Responses that wait for the client to read.</summary>
    public int Waiting { get; private set; }

    public void Say(DeltaDiscoveryRequest request) => _requests.Writer.TryWrite(request);

    public void Ack(DeltaDiscoveryResponse response) => Say(new() { TypeUrl = response.TypeUrl, ResponseNonce = response.Nonce });

    public void HangUp() => _requests.Writer.Complete();

    public void Dispose() => _room.Dispose();

    public async Task<DeltaDiscoveryResponse> ReadAsync()
    {
        _room.Release();
        return await _responses.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!await _requests.Reader.WaitToReadAsync(cancellationToken))
        {
            return false;
        }

        Current = await _requests.Reader.ReadAsync(cancellationToken);
        return true;
    }

    public Task WriteAsync(DeltaDiscoveryResponse message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(DeltaDiscoveryResponse message, CancellationToken cancellationToken)
    {
        Waiting++;
        await _room.WaitAsync(cancellationToken);
        Waiting--;
        _responses.Writer.TryWrite(message);
    }
}
