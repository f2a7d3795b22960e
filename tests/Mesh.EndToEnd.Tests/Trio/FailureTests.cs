using System.Diagnostics;
using System.Globalization;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>Processes that die, one mesh for each test.</summary>
[Collection("Failure")]
public sealed class FailureTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public Task ControlPlane_KilledUnderLoad_NoRequestFails() => KillControlPlaneAsync(TimeSpan.FromSeconds(5));

    [Fact]
    [Trait("Kind", "Soak")]
    public Task ControlPlane_KilledForAMinuteUnderLoad_NoRequestFails()
    {
        Soak.SkipUnlessAsked();
        return KillControlPlaneAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Sidecar_RestartedWhileTheControlPlaneIsAway_ServesFromItsState()
    {
        await using var mesh = await MeshUp.StartAsync(TestMesh.FrontBackOther);
        var front = mesh.App("front");
        await front.ReachesAsync("{BACK_HTTP}/who");
        mesh.HoldRestartOf("control-plane");
        mesh.Kill(mesh.ControlPlanePid);

        // News wait half a second to be written down, or until there is nobody to hear more from.
        await mesh.LoggedAsync("front-0", "No control plane");
        mesh.Kill(mesh.SidecarPid("front-0"));
        var after = await Eventually.GetAsync(() => TryAsync(front, "{BACK_HTTP}/who"), r => r is { Status: 200 }, Soon);

        Assert.StartsWith("back-", after!.Header("x-replica"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replica_Killed_IdempotentRequestsGoToItsSibling()
    {
        await using var mesh = await MeshUp.StartAsync(TestMesh.FrontBackOther);
        var front = mesh.App("front");
        await BothServeAsync(front);
        using var enough = new CancellationTokenSource();
        var load = Load.RunAsync(8, () => front.CallAsync("{BACK_HTTP}/who"), enough.Token);

        mesh.Kill(mesh.AppPid("back-1"));
        mesh.Kill(mesh.SidecarPid("back-1"));
        await load.AfterMoreAsync(500);
        await enough.CancelAsync();
        var results = await load.ResultsAsync();

        Assert.Empty(results.Where(r => r.Status != 200).Select(r => r.ToString()));
    }

    [Fact]
    public async Task Replica_KilledWhileItCharges_NothingIsChargedTwice()
    {
        await using var mesh = await MeshUp.StartAsync(TestMesh.FrontBackOther);
        var front = mesh.App("front");
        await BothServeAsync(front);

        var charges = Enumerable.Range(0, 20).Select(i => front.CallAsync($"{{BACK_HTTP}}/count-until-released/charge-{i}", "POST")).ToArray();
        // Whichever answers: calls go to the one that holds less.
        var holder = await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/held"), a => a.Body is not ("" or "0"), Soon);
        mesh.Kill(mesh.AppPid(holder.Header("x-replica")!));
        var all = Task.WhenAll(charges);
        await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/release", "POST"), _ => all.IsCompleted, Soon);
        var answers = await all;

        // Each answer is a first count or an error; a second count anywhere is a charge made twice.
        Assert.Empty(answers.Where(a => a.Status == 200 && a.Body != "1").Select(a => a.ToString()));
        Assert.Contains(answers, a => a.Status != 200);
        for (var i = 0; i < charges.Length; i++)
        {
            var survivor = await front.CallAsync($"{{BACK_HTTP}}/count/charge-{i}");
            Assert.True(answers[i].Status != 200 ? survivor.Body == "0" : survivor.Body is "0" or "1", $"charge-{i}: {answers[i]} and the survivor counted {survivor.Body}");
        }
    }

    private static async Task KillControlPlaneAsync(TimeSpan away)
    {
        await using var mesh = await MeshUp.StartAsync(TestMesh.FrontBackOther);
        var front = mesh.App("front");
        await BothServeAsync(front);
        using var enough = new CancellationTokenSource();
        var load = Load.RunAsync(4, () => front.CallAsync("{BACK_HTTP}/who"), enough.Token);

        mesh.HoldRestartOf("control-plane");
        mesh.Kill(mesh.ControlPlanePid);
        using (var timer = new PeriodicTimer(away))
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        var back = Stopwatch.StartNew();
        await mesh.AllowRestartOfAsync("control-plane");
        await Eventually.GetAsync(mesh.ReadyProxiesAsync, n => n == 4, Soon);
        TestContext.Current.TestOutputHelper?.WriteLine($"all sidecars connected again {back.Elapsed} after the control plane was allowed to start");
        await load.AfterMoreAsync(100);
        await enough.CancelAsync();
        var results = await load.ResultsAsync();

        Assert.NotEmpty(results);
        Assert.Empty(results.Where(r => r.Status != 200).Select(r => r.ToString()));
    }

    private static Task BothServeAsync(App front) => Eventually.GetAsync(
        async () => (await front.CountAsync(10, "{BACK_HTTP}/who", r => r.Header("x-replica") ?? r.Status.ToString(CultureInfo.InvariantCulture))).Keys.Order().ToArray(),
        seen => seen is ["back-0", "back-1"],
        Soon,
        seen => string.Join(", ", seen));

    private static async Task<CallResult?> TryAsync(App front, string url)
    {
        try
        {
            return await front.CallAsync(url);
        }
        catch (Exception e) when (e is HttpRequestException or Xunit.Sdk.XunitException)
        {
            return null;
        }
    }
}
