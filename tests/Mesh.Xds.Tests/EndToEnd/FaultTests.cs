using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Xds.Client;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.EndToEnd;

/// <summary>Faults on their way to a sidecar: each with what is left of its life, none on disk.</summary>
public sealed class FaultTests
{
    private static readonly string Profile = Samples.Storefront.Text;

    public static TheoryData<string, FaultEffects> Effects => new()
    {
        { "status", new() { Abort = new() { HttpStatus = 418, Percent = 0.25 } } },
        { "gRPC status", new() { Abort = new() { GrpcStatus = 14 } } },
        { "reset", new() { Abort = new() { Reset = true, Percent = 50 } } },
        { "delay and abort", new() { Delay = new() { Fixed = TimeSpan.FromSeconds(2), Percent = 12.5 }, Abort = new() { HttpStatus = 503 } } },
        { "response", new() { Response = new() { BytesPerSecond = 100, CutAfter = 0, Percent = 75 } } },
        { "tunnel", new() { Tunnel = new() { Latency = TimeSpan.FromSeconds(1), Jitter = TimeSpan.FromMilliseconds(5), BytesPerSecond = 7, ResetAfter = TimeSpan.Zero, LimitBytes = 9, SlowClose = TimeSpan.FromSeconds(2), Percent = 3 } } },
        { "drawn delay", new() { Delay = new() { Min = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(3) } } },
    };

    [Theory]
    [MemberData(nameof(Effects))]
    public async Task Publish_AFault_ArrivesAsItWas(string name, FaultEffects effects)
    {
        Assert.NotEmpty(name);
        await using var host = await ServeAsync();
        await using var client = await ConnectAsync(host);
        var fault = Fault(TimeSpan.FromMinutes(10)) with { Effects = effects, Matches = [new() { Method = "GET", Path = new(PathMatchKind.PathPrefix, "/a"), Headers = [new("x", ValueMatchKind.Prefix, "1")] }] };

        Publish(host, fault);
        await client.Sink.UntilAsync(sink => !sink.Faults.IsEmpty);

        var told = Assert.Single(client.Sink.Faults);
        Assert.Equal(Structure.Of(fault with { EndsAt = default }), Structure.Of(told with { EndsAt = default }));
        Assert.InRange(told.EndsAt, fault.EndsAt - TimeSpan.FromMinutes(1), fault.EndsAt + TimeSpan.FromMinutes(1));
        await host.UntilAsync(stream => stream.Types.GetValueOrDefault(TypeUrls.Fault) is { IsPending: false, Error: null });
        Publish(host);
        await client.Sink.UntilAsync(sink => sink.Faults.IsEmpty);
    }

    [Fact]
    public async Task Fault_IsOnNoDisk()
    {
        await using var host = await ServeAsync();
        Publish(host, Fault(TimeSpan.FromMinutes(10)));
        var state = Directory.CreateTempSubdirectory("mesh-ads-");
        var client = new RunningClient(host.Address, state);
        await client.Sink.UntilAsync(sink => sink.Snapshot is not null && !sink.Faults.IsEmpty);
        await client.StopAsync();

        var saved = await File.ReadAllTextAsync(Path.Combine(state.FullName, SavedConfigurationFile.FileName), TestContext.Current.CancellationToken);
        Assert.Contains("outbound/shop/orders/http", saved, StringComparison.Ordinal);
        Assert.DoesNotContain("FaultLease", saved, StringComparison.Ordinal);
        Assert.DoesNotContain("fault", saved, StringComparison.OrdinalIgnoreCase);
        await using var again = new RunningClient(new Uri("http://127.0.0.1:1"), state);
        Assert.True(again.LoadedSaved);
        Assert.Empty(again.Sink.Faults);
    }

    [Fact]
    public async Task ControlPlaneThatStartedAnew_TakesBackWhatItDoesNotKnow()
    {
        var host = await ServeAsync();
        Publish(host, Fault(TimeSpan.FromMinutes(10)));
        await using var client = await ConnectAsync(host);
        await client.Sink.UntilAsync(sink => !sink.Faults.IsEmpty);
        await host.DisposeAsync();
        Assert.Single(client.Sink.Faults);

        await using var next = await AdsHost.StartAsync();
        next.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001));
        Publish(next);
        client.MoveTo(next.Address);

        await client.Sink.UntilAsync(sink => sink.Faults.IsEmpty);
    }

    private static FaultRule Fault(TimeSpan life) => new()
    {
        Id = "f1",
        By = "ann",
        Upstream = Samples.Port("orders"),
        EndsAt = TimeProvider.System.GetUtcNow() + life,
        Effects = new() { Abort = new() { HttpStatus = 503 } },
    };

    private static async Task<AdsHost> ServeAsync()
    {
        var host = await AdsHost.StartAsync();
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001));
        Publish(host);
        return host;
    }

    private static async Task<RunningClient> ConnectAsync(AdsHost host)
    {
        var client = new RunningClient(host.Address);
        await client.Sink.UntilAsync(sink => sink.Snapshot is not null);
        return client;
    }

    private static void Publish(AdsHost host, params ImmutableArray<FaultRule> faults) => Assert.Empty(host.Cache.Publish(Profile, Samples.Calling("orders") with { Faults = faults }).Violations);
}
