using Grpc.Core;
using Mesh.Xds.Client;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Xds.Tests.Client;

public sealed class AdsClientTests
{
    [Fact]
    public async Task RunAsync_ControlPlaneAway_PausesAreDrawnBelowABoundThatDoublesToItsLimit()
    {
        var time = new ImpatientTime();
        var attempts = 0;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var client = new AdsClient(
            new AdsClientOptions { Node = new NodeId(Samples.Storefront, "r"), StateDirectory = "unused" },
            _ =>
            {
                if (++attempts == 7)
                {
                    ending.Cancel();
                }

                throw new RpcException(new Status(StatusCode.Unavailable, "nobody there"));
            },
            new RecordingSink(),
            time,
            new AlwaysHalf(),
            NullLogger<AdsClient>.Instance);

        await client.RunAsync(ending.Token).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal([100, 200, 400, 500, 500, 500], time.Pauses.Select(pause => pause.TotalMilliseconds));
        Assert.Equal("Unavailable: nobody there", client.Status.LastError);
        Assert.False(client.Status.Connected);
    }

    private sealed class AlwaysHalf : Random
    {
        public override double NextDouble() => 0.5;
    }
}
