using System.Diagnostics;
using System.Net.WebSockets;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>Certificates that run out, and time that passes.</summary>
[Collection("Failure")]
public sealed class RotationTests
{
    private static readonly string ShortLived = TestMesh.FrontBackOther.Replace("  policies: policies", "  policies: policies\n  certificateLifetime: 20s", StringComparison.Ordinal);

    [Fact]
    public Task Certificates_Of20Seconds_NoRequestFails() => LoadAsync(TimeSpan.FromSeconds(30));

    [Fact]
    [Trait("Kind", "Soak")]
    public Task Certificates_Of20SecondsForFiveMinutes_NoRequestFails()
    {
        Soak.SkipUnlessAsked();
        return LoadAsync(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public Task Sidecar_StoppedPastTheEndOfItsCertificate_RecoversWhenItGoesOn() => StopAndGoOnAsync(TimeSpan.FromSeconds(30));

    [Fact]
    [Trait("Kind", "Soak")]
    public async Task Sidecar_StoppedForTenMinutes_RecoversWithinASecond()
    {
        Soak.SkipUnlessAsked();
        Assert.InRange(await StopAndGoOnAsync(TimeSpan.FromMinutes(10)), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static async Task<TimeSpan> StopAndGoOnAsync(TimeSpan away)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Stops a process with SIGSTOP.");
        await using var mesh = await MeshUp.StartAsync(ShortLived);
        var front = mesh.App("front");
        await front.ReachesAsync("{BACK_HTTP}/who");

        await mesh.SignalAsync("STOP", mesh.SidecarPid("front-0"));
        await PassAsync(away);
        await mesh.SignalAsync("CONT", mesh.SidecarPid("front-0"));
        var continued = Stopwatch.StartNew();
        await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/who"), r => r.Status == 200, TimeSpan.FromSeconds(60));

        var took = continued.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine($"recovered {took} after it went on, stopped for {away}");
        return took;
    }

    [Fact]
    [Trait("Kind", "Soak")]
    public async Task WebSocket_OpenForTenMinutes_StaysOpen()
    {
        Soak.SkipUnlessAsked();
        await using var mesh = await MeshUp.StartAsync(ShortLived);
        var back = await mesh.App("front").VariableAsync("BACK_HTTP");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{new Uri(back).Authority}/socket"), TestContext.Current.CancellationToken);

        var open = Stopwatch.StartNew();
        var received = new byte[10];
        while (open.Elapsed < TimeSpan.FromMinutes(10))
        {
            await PassAsync(TimeSpan.FromSeconds(10));
            await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
            var message = await socket.ReceiveAsync(received.AsMemory(), TestContext.Current.CancellationToken);
            Assert.Equal(4, message.Count);
        }
    }

    private static async Task LoadAsync(TimeSpan duration)
    {
        await using var mesh = await MeshUp.StartAsync(ShortLived);
        var front = mesh.App("front");
        await front.ReachesAsync("{BACK_HTTP}/who", replicas: 2);
        using var enough = new CancellationTokenSource();
        var load = Load.RunAsync(4, () => front.CallAsync("{BACK_HTTP}/who"), enough.Token);

        await PassAsync(duration);
        await load.AfterMoreAsync(100);
        await enough.CancelAsync();
        var results = await load.ResultsAsync();

        Assert.NotEmpty(results);
        Assert.Empty(results.Where(r => r.Status != 200).Select(r => r.ToString()));
    }

    private static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }
}
