using System.Globalization;
using Mesh.Cli.Processes;
using Mesh.Testing;

namespace Mesh.Cli.Tests.Processes;

public sealed class ProcessGuardTests
{
    [Fact]
    public async Task Dispose_GuardedProcess_IsEndedWithAllItStarted()
    {
        Shell.Needed();
        var (child, line) = await Shell.RunUntilFirstLineAsync("sleep 600 & echo $!; wait");

        // What the kernel does to the pipe when mesh is killed.
        using (var guard = ProcessGuard.Start())
        {
            guard.Add(child);
        }

        await child.Exited.WaitAsync(Shell.Soon, TestContext.Current.CancellationToken);
        var gone = int.Parse(line, CultureInfo.InvariantCulture);
        await Eventually.IsAsync(() => !Shell.IsAlive(gone));
    }

    [Fact]
    public async Task Dispose_RemovedProcess_IsLeftAlone()
    {
        Shell.Needed();
        var (guarded, _) = await Shell.RunUntilFirstLineAsync("echo ready; sleep 600");
        var (removed, _) = await Shell.RunUntilFirstLineAsync("echo ready; sleep 600");

        using (var guard = ProcessGuard.Start())
        {
            guard.Add(removed);
            guard.Add(guarded);
            guard.Remove(removed);
        }

        await guarded.Exited.WaitAsync(Shell.Soon, TestContext.Current.CancellationToken);
        Assert.False(removed.Exited.IsCompleted);
        await removed.StopAsync(Shell.Soon).WaitAsync(Shell.Soon, TestContext.Current.CancellationToken);
    }
}
