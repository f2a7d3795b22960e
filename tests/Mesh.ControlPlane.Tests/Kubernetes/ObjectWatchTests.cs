using System.Text.Json.Nodes;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Kubernetes;

public sealed class ObjectWatchTests
{
    [Fact]
    public async Task Watch_OfWhatItsTakerCannotBear_ListsItAgain()
    {
        await using var cluster = await Cluster.StartAsync();
        var host = await cluster.RunAsync();
        var (time, taker) = (new FakeTimeProvider(), new Choking());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var watch = new ObjectWatch(host.Services.GetRequiredService<KubernetesApi>(), ObjectPath.Pods("shop"), "", taker, time, NullLogger<ObjectWatch>.Instance);

        var running = watch.RunAsync(stop.Token);
        await Eventually.IsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return running.IsFaulted || taker.Lists > 1;
            },
            "listed again");

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(taker.Lists > 1);
    }

    private sealed class Choking : IObjectSink
    {
        private volatile int _lists;

        public int Lists => _lists;

        public void Replace(IReadOnlyList<JsonObject> all)
        {
            if (Interlocked.Increment(ref _lists) == 1)
            {
                throw new ArgumentException("An item with the same key has already been added.");
            }
        }

        public void Put(JsonObject changed)
        {
        }

        public void Remove(JsonObject gone)
        {
        }
    }
}
