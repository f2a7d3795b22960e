using System.Diagnostics;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Direct;

/// <summary>The control plane comes back: how long sidecars take from its first answer on, whoever restarted it and however late.</summary>
[Collection("Failure")]
public sealed class ReconnectTests
{
    private const int Sidecars = 4;

    // The promise of docs/control-plane.md; asserted where the machine has nothing else to do.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ControlPlane_AwayForTenSeconds_SidecarsComeBack() => await MeasureAsync(TimeSpan.FromSeconds(10));

    [Fact]
    [Trait("Kind", "Soak")]
    public async Task ControlPlane_AwayForTwoMinutes_SidecarsComeBackWithinTwoSeconds()
    {
        Soak.SkipUnlessAsked();
        Assert.InRange(await MeasureAsync(TimeSpan.FromMinutes(2)), TimeSpan.Zero, Promised);
    }

    [Fact]
    public async Task ControlPlane_KilledAgainAndAgain_SidecarsComeBackEachTime()
    {
        await using var mesh = await DirectMesh.StartAsync(Sidecars);
        for (var i = 0; i < 5; i++)
        {
            mesh.KillControlPlane();
            await mesh.StartControlPlaneAsync();
            await Eventually.GetAsync(mesh.ReadySidecarsAsync, n => n == Sidecars, Soon, n => $"{n} sidecars are ready:\n{mesh.Output}");
        }
    }

    private static async Task<TimeSpan> MeasureAsync(TimeSpan away)
    {
        await using var mesh = await DirectMesh.StartAsync(Sidecars);
        mesh.KillControlPlane();
        using (var timer = new PeriodicTimer(away))
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await mesh.StartControlPlaneAsync();
        var back = Stopwatch.StartNew();
        await Eventually.GetAsync(mesh.ReadySidecarsAsync, n => n == Sidecars, Soon, n => $"{n} sidecars are ready:\n{mesh.Output}");
        var took = back.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine($"{Sidecars} sidecars were ready again {took.TotalMilliseconds:0} ms after the control plane that was away for {away} answered.");
        return took;
    }
}
