using Mesh.Xds.Tests.Codecs;

namespace Mesh.Xds.Tests.EndToEnd;

public sealed class GracefulStopTests
{
    [Fact]
    public async Task StopAsync_OpenStream_EndsItAndDoesNotWaitForTheClient()
    {
        var host = await AdsHost.StartAsync();
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001));
        host.Cache.Publish(Samples.Storefront.Text, Samples.Calling("orders"));
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Registry.Closed += _ => closed.TrySetResult();
        await using var client = new RunningClient(host.Address);
        await client.Sink.UntilAsync(sink => sink.Snapshot is not null);

        // Kestrel would wait 30 s for the stream to end by itself.
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty(host.Registry.Streams);
        await host.DisposeAsync();
    }
}
