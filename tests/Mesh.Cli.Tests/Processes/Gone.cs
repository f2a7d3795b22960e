namespace Mesh.Cli.Tests.Processes;

/// <summary>Waits until a process is gone; the kernel tells no stranger when.</summary>
internal static class Gone
{
    public static async Task Async(int process)
    {
        using var deadline = new CancellationTokenSource(Shell.Soon);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (Shell.IsAlive(process))
        {
            Assert.True(await timer.WaitForNextTickAsync(deadline.Token));
        }
    }
}
