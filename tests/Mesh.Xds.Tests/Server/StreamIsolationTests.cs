using System.Collections.Concurrent;
using Envoy.Service.Discovery.V3;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

/// <summary>Streams share a cache and nothing else: who does not read or does not answer holds up nobody, and costs one response at most.</summary>
public sealed class StreamIsolationTests : IDisposable
{
    private const string Profile = "storefront";
    private const int Publications = 200;

    private readonly SnapshotCache _cache = new();
    private readonly List<Client> _clients = [];

    public StreamIsolationTests() => Publish(0);

    public void Dispose() => _clients.ForEach(c => c.Dispose());

    [Fact]
    public async Task Publish_SomeNeverReadAndSomeNeverAnswer_TheOthersGetEveryChange()
    {
        Client[] deaf = [.. Enumerable.Range(0, 20).Select(_ => Connect())];
        Client[] mute = [.. Enumerable.Range(0, 20).Select(_ => Connect())];
        Client[] well = [.. Enumerable.Range(0, 20).Select(_ => Connect())];
        foreach (var client in mute)
        {
            _ = await client.Transport.ReadAsync();
        }

        for (var version = 1; version <= Publications; version++)
        {
            var newest = Publish(version);
            foreach (var client in well)
            {
                await client.ReadUntilAsync(newest);
            }
        }

        // However much was published meanwhile: one response waits for who does not read, and who does not answer is sent no second one.
        Assert.All(deaf, client => Assert.Equal((1, 1), (client.Sent, client.Transport.Waiting)));
        Assert.All(mute, client => Assert.Equal((1, 0), (client.Sent, client.Transport.Waiting)));
    }

    [Fact]
    public async Task Publish_ReaderComesBackToLife_GetsTheNewestAndNothingInBetween()
    {
        var deaf = Connect();
        string newest = "";
        for (var version = 1; version <= Publications; version++)
        {
            newest = Publish(version);
        }

        var responses = await deaf.ReadUntilAsync(newest);

        Assert.InRange(responses, 1, 2);
        Assert.Equal(responses, deaf.Sent);
    }

    [Fact]
    public async Task Publish_ReaderDies_TheCacheForgetsItAndTheOthersGoOn()
    {
        var dead = Connect();
        var well = Connect();
        await well.ReadUntilAsync(Publish(1));

        await dead.DieAsync();
        await well.ReadUntilAsync(Publish(2));
        Assert.Equal(2, _cache.ListenedTo);
        well.Transport.HangUp();
        await well.Running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal(0, _cache.ListenedTo);
    }

    private Client Connect()
    {
        var client = new Client(_cache);
        _clients.Add(client);
        return client;
    }

    private string Publish(int version)
    {
        _cache.PublishEndpoints(Samples.Endpoints("orders", 1000 + version));
        if (version == 0)
        {
            _cache.Publish(Profile, Samples.Calling("orders"));
        }

        return _cache.FindEndpoints("shop/orders/http")!.Version;
    }

    private sealed class Client : ISessionObserver, IDisposable
    {
        private readonly CancellationTokenSource _dying = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        private readonly ConcurrentQueue<string> _sent = new();

        public Client(SnapshotCache cache)
        {
            var first = new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Endpoints, ResourceNamesSubscribe = { "shop/orders/http" } };
            Running = new DiscoveryStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(cache, Profile, stream => new DeltaSession(cache, Profile, stream, this, TimeProvider.System))
                .RunAsync(first, Transport, Transport, _dying.Token);
        }

        public FakeTransport Transport { get; } = new();

        public Task Running { get; }

        public int Sent => _sent.Count;

        public async Task<int> ReadUntilAsync(string version)
        {
            for (var responses = 1; ; responses++)
            {
                var response = await Transport.ReadAsync();
                Transport.Ack(response);
                if (response.Resources.Single().Version == version)
                {
                    return responses;
                }
            }
        }

        public async Task DieAsync()
        {
            await _dying.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        }

        public void OnSent(string typeUrl, string version) => _sent.Enqueue(version);

        public void OnAnswer(string typeUrl, string version, string? error)
        {
        }

        public void OnInSync(string typeUrl, string version)
        {
        }

        public void OnUnknownType(string typeUrl)
        {
        }

        public void Dispose()
        {
            _dying.Dispose();
            Transport.Dispose();
        }
    }
}
