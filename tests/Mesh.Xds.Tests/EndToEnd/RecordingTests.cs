using Mesh.Model.Recording;
using Mesh.Xds.Client;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.EndToEnd;

/// <summary>That somebody records, on its way to a sidecar: with what is left of its life, and on no disk.</summary>
public sealed class RecordingTests
{
    private static readonly string Profile = Samples.Storefront.Text;

    [Fact]
    public async Task Publish_ARecording_ArrivesAndIsTakenBack()
    {
        await using var host = await ServeAsync();
        await using var client = new RunningClient(host.Address);
        await client.Sink.UntilAsync(sink => sink.Snapshot is not null);
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(10);

        Publish(host, new("r1", end));
        await client.Sink.UntilAsync(sink => sink.Recording is not null);

        Assert.Equal("r1", client.Sink.Recording!.Id);
        Assert.InRange(client.Sink.Recording.EndsAt, end - TimeSpan.FromMinutes(1), end + TimeSpan.FromMinutes(1));
        await host.UntilAsync(stream => stream.Types.GetValueOrDefault(TypeUrls.Recording) is { IsPending: false, Error: null });
        Publish(host, new("r2", end));
        await client.Sink.UntilAsync(sink => sink.Recording?.Id == "r2");
        Publish(host, null);
        await client.Sink.UntilAsync(sink => sink.Recording is null);
    }

    [Fact]
    public async Task Publish_LongerThanADayAtWork_IsRefused()
    {
        await using var host = await ServeAsync();
        await using var client = new RunningClient(host.Address);
        await client.Sink.UntilAsync(sink => sink.Snapshot is not null);

        Publish(host, new("r1", TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1)));
        await host.UntilAsync(stream => stream.Types.GetValueOrDefault(TypeUrls.Recording)?.Error?.Contains("longer than a recording may live", StringComparison.Ordinal) == true);

        Assert.Null(client.Sink.Recording);
    }

    [Fact]
    public async Task Recording_IsOnNoDisk()
    {
        await using var host = await ServeAsync();
        Publish(host, new("r1", TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(10)));
        var state = Directory.CreateTempSubdirectory("mesh-ads-");
        var client = new RunningClient(host.Address, state);
        await client.Sink.UntilAsync(sink => sink.Snapshot is not null && sink.Recording is not null);
        await client.StopAsync();

        var saved = await File.ReadAllTextAsync(Path.Combine(state.FullName, SavedConfigurationFile.FileName), TestContext.Current.CancellationToken);
        Assert.Contains("outbound/shop/orders/http", saved, StringComparison.Ordinal);
        Assert.DoesNotContain("Recording", saved, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<AdsHost> ServeAsync()
    {
        var host = await AdsHost.StartAsync();
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001));
        Publish(host, null);
        return host;
    }

    private static void Publish(AdsHost host, RecordingOrder? order) => Assert.Empty(host.Cache.Publish(Profile, Samples.Calling("orders") with { Recording = order }).Violations);
}
