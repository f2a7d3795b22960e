using Envoy.Service.Discovery.V3;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

public sealed class DiscoveryStreamTests : ISessionObserver, IDisposable
{
    private const string Profile = "storefront";

    private readonly SnapshotCache _cache = new();
    private readonly FakeTransport _transport = new();
    private int _sent;

    [Fact]
    public async Task RunAsync_SlowClientAndManyPublications_GetsTheNewestNext()
    {
        Publish(0);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = Run(ending.Token);

        for (var version = 1; version <= 500; version++)
        {
            Publish(version);
        }

        var first = await _transport.ReadAsync();
        Assert.Single(first.Resources);
        Assert.True(_transport.Waiting <= 1);
        _transport.Ack(first);
        var second = await _transport.ReadAsync();

        Assert.Equal(_cache.FindEndpoints("shop/orders/http")!.Version, second.Resources.Single().Version);
        _transport.Ack(second);
        _transport.HangUp();
        await running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(2, _sent);
    }

    [Fact]
    public async Task RunAsync_ApplicationStops_Ends()
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = Run(stopping.Token);

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task RunAsync_ClientHangsUp_TheCacheForgetsTheStream()
    {
        Publish(0);
        var running = Run(TestContext.Current.CancellationToken);
        _transport.Ack(await _transport.ReadAsync());

        _transport.HangUp();
        await running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal(0, _cache.ListenedTo);
    }

    public void Dispose() => _transport.Dispose();

    void ISessionObserver.OnSent(string typeUrl, string version) => _sent++;

    void ISessionObserver.OnAnswer(string typeUrl, string version, string? error)
    {
    }

    void ISessionObserver.OnInSync(string typeUrl, string version)
    {
    }

    void ISessionObserver.OnUnknownType(string typeUrl)
    {
    }

    private Task Run(CancellationToken cancellationToken)
    {
        var first = new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Endpoints, ResourceNamesSubscribe = { "shop/orders/http" } };
        return new DiscoveryStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(_cache, Profile, stream => new DeltaSession(_cache, Profile, stream, this, TimeProvider.System))
            .RunAsync(first, _transport, _transport, cancellationToken);
    }

    private void Publish(int version)
    {
        _cache.PublishEndpoints(Samples.Endpoints("orders", 1000 + version));
        if (version == 0)
        {
            _cache.Publish(Profile, Samples.Calling("orders"));
        }
    }
}
