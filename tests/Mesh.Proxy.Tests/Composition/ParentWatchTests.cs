using System.Diagnostics;
using Mesh.Proxy.Composition;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Composition;

public sealed class ParentWatchTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Parent_Ends_ApplicationStops()
    {
        var parent = new FakeProcess();
        var lifetime = new FakeLifetime();
        using var watch = Watch(lifetime, parent);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        _time.Advance(ParentWatch.Interval);
        Assert.False(lifetime.Stopped.Task.IsCompleted);

        parent.IsRunning = false;
        _time.Advance(ParentWatch.Interval);

        await lifetime.Stopped.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Parent_GoneBeforeTheStart_ApplicationStops()
    {
        var lifetime = new FakeLifetime();
        using var watch = Watch(lifetime, null);

        await watch.StartAsync(TestContext.Current.CancellationToken);

        await lifetime.Stopped.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Find_RealProcess_IsRunningUntilItIsKilled()
    {
        Assert.SkipUnless(File.Exists("/bin/sleep"), "Starts sleep(1), which Unix systems have.");
        using var sleep = Process.Start("/bin/sleep", "60");
        using var watched = WatchedProcesses.Find(sleep.Id)!;
        Assert.True(watched.IsRunning);

        sleep.Kill();
        sleep.WaitForExit();

        Assert.False(watched.IsRunning);
        Assert.Null(WatchedProcesses.Find(sleep.Id));
    }

    private ParentWatch Watch(FakeLifetime lifetime, IWatchedProcess? parent) => new(42, _ => parent, lifetime, _time, NullLogger<ParentWatch>.Instance);

    private sealed class FakeProcess : IWatchedProcess
    {
        public bool IsRunning { get; set; } = true;

        public void Dispose()
        {
        }
    }

    private sealed class FakeLifetime : IHostApplicationLifetime
    {
        public TaskCompletionSource Stopped { get; } = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => Stopped.TrySetResult();
    }
}
