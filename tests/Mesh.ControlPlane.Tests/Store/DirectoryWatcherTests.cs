using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Bootstrap;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.ControlPlane.Tests.Store;

/// <summary>On the real clock and the real file system: this is about what the operating system says and when.</summary>
public sealed class DirectoryWatcherTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogs _logs = new();
    private readonly LoggerFactory _logging;
    private readonly AppliedPolicies _applied;
    private readonly ConfigurationStore _store;
    private readonly StateDirectory _state;
    private readonly DirectoryWatcher _watcher;

    public DirectoryWatcherTests()
    {
        _logging = new LoggerFactory([_logs]);
        _state = new StateDirectory(Path.Combine(_directory.Path, "state"));
        _applied = new AppliedPolicies(_state, TimeProvider.System, NullLogger<AppliedPolicies>.Instance);
        _store = new ConfigurationStore(_applied, Settings);
        _watcher = Watcher(_store);
    }

    private ControlPlaneSettings Settings => ControlPlaneHost.Settings(_directory);

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/a.yaml", Documents.Service("orders", "payments"));
        await _watcher.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(c => Names(c) is ["orders"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _watcher.StopAsync(CancellationToken.None);
        _watcher.Dispose();
        _applied.Dispose();
        _logging.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task File_AddedChangedRemoved_IsSeen()
    {
        var path = _directory.Write("policies/deep/b.yaml", Documents.Service("payments"));
        await UntilAsync(c => Names(c) is ["orders", "payments"]);

        File.WriteAllText(path, Documents.Service("inventory"));
        await UntilAsync(c => Names(c) is ["inventory", "orders"]);

        File.Delete(path);
        await UntilAsync(c => Names(c) is ["orders"]);
    }

    [Fact]
    public async Task File_WithADurationBeyondAllBounds_IsRefusedAndOthersAreStillRead()
    {
        _directory.Write("policies/b.yaml", Documents.Timeout("calm", "orders", "300000000h"));
        await UntilAsync(c => c.Entries.Any(e => !e.IsGood));

        _directory.Write("policies/c.yaml", Documents.Service("payments"));
        await UntilAsync(c => Names(c) is ["orders", "payments"]);
    }

    [Fact]
    public async Task File_WrittenAsEditorsDo_IsNeverGone()
    {
        var seen = new List<int>();
        _store.Changed += () => seen.Add(Names(_store.Current).Length);
        var path = Path.Combine(_directory.Path, "policies", "a.yaml");

        // vim: away with the old one, then write anew; others: cut to nothing, then write; others: write aside, then rename.
        File.Move(path, $"{path}~");
        File.WriteAllText(path, Documents.Service("first"));
        await UntilAsync(c => Names(c) is ["first"]);
        File.WriteAllText(path, "");
        File.WriteAllText(path, Documents.Service("second"));
        await UntilAsync(c => Names(c) is ["second"]);
        File.WriteAllText($"{path}.tmp", Documents.Service("third"));
        File.Move($"{path}.tmp", path, overwrite: true);
        await UntilAsync(c => Names(c) is ["third"]);

        Assert.All(seen, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task File_Bad_IsReportedAndChangesNothing()
    {
        _directory.Write("policies/a.yaml", Documents.Service("orders", "payments") + "  ports: 7\n");

        await UntilAsync(c => !c.Entries[0].IsGood);

        Assert.Equal(["orders"], Names(_store.Current));
        Assert.Contains(_logs.Lines, l => l.Id == 2221 && l.Text.Contains("policies/a.yaml", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Directory_RemovedAndMadeAgain_IsWatchedAgain()
    {
        Directory.Delete(Path.Combine(_directory.Path, "policies"), recursive: true);
        await UntilAsync(c => Names(c) is []);

        _directory.Write("policies/a.yaml", Documents.Service("orders"));
        await UntilAsync(c => Names(c) is ["orders"]);
    }

    [Fact]
    public async Task Restart_WithAFileThatWentBadMeanwhile_ServesItsLastGoodVersion()
    {
        await _watcher.StopAsync(CancellationToken.None);
        _directory.Write("policies/a.yaml", Documents.Service("orders", "payments") + "  ports: 7\n");
        var store = new ConfigurationStore(_applied, Settings);
        using var watcher = Watcher(store);

        await watcher.StartAsync(TestContext.Current.CancellationToken);

        await UntilAsync(store, c => c.Entries is [{ IsGood: false }]);
        Assert.Equal(["orders"], Names(store.Current));
        await watcher.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Look_AfterFilesChangedAndWentAway_EndsOnceTheStoreHasItAll()
    {
        for (var i = 0; i < 10; i++)
        {
            _directory.Write("policies/a.yaml", Documents.Service($"orders-{i}"));
            await _watcher.LookAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.Equal([$"orders-{i}"], Names(_store.Current));
        }

        File.Delete(Path.Combine(_directory.Path, "policies", "a.yaml"));
        await _watcher.LookAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty(Names(_store.Current));
    }

    private static string[] Names(StoredConfiguration configuration) => [.. configuration.InForce.Select(r => r.Metadata.Name)];

    private DirectoryWatcher Watcher(ConfigurationStore store) => new(Settings, store, new LastGoodFiles(_state), TimeProvider.System, _logging.CreateLogger<DirectoryWatcher>());

    private Task UntilAsync(Func<StoredConfiguration, bool> condition) => UntilAsync(_store, condition);

    private static async Task UntilAsync(ConfigurationStore store, Func<StoredConfiguration, bool> condition)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Check()
        {
            if (store.IsComplete && condition(store.Current))
            {
                reached.TrySetResult();
            }
        }

        store.Changed += Check;
        Check();
        await reached.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        store.Changed -= Check;
    }
}
