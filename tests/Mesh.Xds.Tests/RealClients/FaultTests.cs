using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Tests.EndToEnd;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.RealClients;

/// <summary>grpc-js and gRPC's C core obey faults that this server serves as the standard filter.</summary>
public sealed class FaultTests
{
    private const string Node = "spiffe://shop.local/ns/shop/sa/storefront#storefront-1";
    private const string Target = "xds:///http.orders.shop";

    private static readonly string Profile = Samples.Storefront.Text;

    [Theory]
    [InlineData(GrpcClient.Node)]
    [InlineData(GrpcClient.Python)]
    public async Task Abort_FailsEveryCallWithItsStatus_UntilItEnds(string language)
    {
        await using var host = await AdsHost.StartAsync();
        await using var client = await StartAsync(host, language);
        Assert.Equal("s0:3", (await client.CallAsync(3)).ToString());

        Publish(host, Fault(new() { Abort = new() { GrpcStatus = 8 } }));
        await client.UntilAsync(1, result => result.Errors.Count > 0);
        Assert.Equal("RESOURCE_EXHAUSTED:10", (await client.CallAsync(10)).ToString());

        Publish(host, Fault(new() { Abort = new() { HttpStatus = 503 } }));
        await client.UntilAsync(1, result => result.Errors.ContainsKey("UNAVAILABLE"));
        Publish(host, Fault(new() { Abort = new() { Reset = true } }));
        Assert.Equal("UNAVAILABLE:10", (await client.CallAsync(10)).ToString());

        Publish(host);
        Assert.Equal("s0:10", (await client.UntilAsync(10, result => result.Errors.Count == 0)).ToString());
    }

    [Theory]
    [InlineData(GrpcClient.Node)]
    [InlineData(GrpcClient.Python)]
    public async Task Delay_HoldsEveryCall(string language)
    {
        var delay = TimeSpan.FromMilliseconds(400);
        await using var host = await AdsHost.StartAsync();
        Publish(host, Fault(new() { Delay = new() { Min = delay / 2, Max = delay * 3 / 2 } }));
        await using var client = await StartAsync(host, language, publish: false);

        var started = TimeProvider.System.GetTimestamp();
        Assert.Equal("s0:2", (await client.CallAsync(2)).ToString());

        // What is drawn for our sidecar is the mean for them. Timers may be early by their grain.
        Assert.True(TimeProvider.System.GetElapsedTime(started) > (delay * 2) - TimeSpan.FromMilliseconds(50));
    }

    [Theory]
    [InlineData(GrpcClient.Node)]
    [InlineData(GrpcClient.Python)]
    public async Task Percent_HitsThatShare(string language)
    {
        await using var host = await AdsHost.StartAsync();
        Publish(host, Fault(new() { Abort = new() { HttpStatus = 503, Percent = 25 } }));
        await using var client = await StartAsync(host, language, publish: false);

        var result = await client.CallAsync(400);

        // 100 are expected; seven standard deviations are 61.
        Assert.InRange(result.Errors.GetValueOrDefault("UNAVAILABLE"), 39, 161);
        Assert.Equal(400, result.Errors.Values.Sum() + result.Answers["s0"]);
    }

    [Theory]
    [InlineData(GrpcClient.Node)]
    [InlineData(GrpcClient.Python)]
    public async Task Match_HitsThoseCallsAlone(string language)
    {
        await using var host = await AdsHost.StartAsync();
        ImmutableArray<RouteMatch> matches =
        [
            new() { Path = new(PathMatchKind.Exact, "/test.Other/Say") },
            new() { Path = new(PathMatchKind.PathPrefix, "/test.Echo"), Headers = [new("tenant", ValueMatchKind.Exact, "7")] },
        ];
        Publish(host, Fault(new() { Abort = new() { GrpcStatus = 7 } }) with { Matches = matches });
        await using var client = await StartAsync(host, language, publish: false);

        Assert.Equal("PERMISSION_DENIED:3", (await client.CallAsync(3, new() { ["tenant"] = "7" })).ToString());
        Assert.Equal("s0:3", (await client.CallAsync(3, new() { ["tenant"] = "8" })).ToString());
    }

    private static async Task<GrpcClient> StartAsync(AdsHost host, string language, bool publish = true)
    {
        var client = await GrpcClient.StartAsync(host.Address, Node, Target, servers: 1, language);
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", client.Ports[0]));
        if (publish)
        {
            Publish(host);
        }

        return client;
    }

    private static FaultRule Fault(FaultEffects effects) => new()
    {
        Id = "f1",
        By = "ann",
        Upstream = Samples.Port("orders"),
        EndsAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1),
        Effects = effects,
    };

    private static void Publish(AdsHost host, params ImmutableArray<FaultRule> faults) =>
        Assert.Empty(host.Cache.Publish(Profile, PreparedSnapshot.Of(Profile, ClientKind.Grpc, Samples.Calling("orders") with { Faults = faults }), keepGone: true).Violations);
}
