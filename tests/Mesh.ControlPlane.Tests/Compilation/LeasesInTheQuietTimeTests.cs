using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Compilation;

/// <summary>A change of what is declared waits a moment for more of them; what else happens in that moment is not forgotten.</summary>
public sealed class LeasesInTheQuietTimeTests
{
    [Fact]
    public async Task Recording_BegunWhileAChangedFileWaitsForItsSilence_IsKnownToBeApplied()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        var time = new WatchedTime();
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(directory), time);
        var compiler = host.Services.GetRequiredService<MeshCompiler>();
        await Until(() => compiler.Current is not null);

        var waiting = time.UntilSomeoneWaits(TimeSpan.FromMilliseconds(5));
        var store = host.Services.GetRequiredService<ConfigurationStore>();
        store.Replace(SourceKind.Directories, store.Current.Entries);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(host.Services.GetRequiredService<Recordings>().TryBegin(TimeSpan.FromMinutes(1), "ann", out _));

        await Until(() => compiler.AreLeasesApplied && ReferenceEquals(compiler.Current?.Stored, store.Current));

        Task Until(Func<bool> condition) => Eventually.IsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            return condition();
        });
    }

    private sealed class WatchedTime() : FakeTimeProvider(DateTimeOffset.UtcNow)
    {
        private volatile Waited? _waited;

        public Task UntilSomeoneWaits(TimeSpan time)
        {
            var waited = new Waited(time, new(TaskCreationOptions.RunContinuationsAsynchronously));
            _waited = waited;
            return waited.Begun.Task;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (_waited is { } waited && waited.Time == dueTime)
            {
                waited.Begun.TrySetResult();
            }

            return timer;
        }

        private sealed record Waited(TimeSpan Time, TaskCompletionSource Begun);
    }
}
