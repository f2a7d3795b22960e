using System.Collections.Immutable;
using System.Threading.Channels;
using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;
using Mesh.Yaml;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// Keeps the store what the watched directories say. The operating system's events only say when to look: what counts is what a scan finds, and a scan runs now and then without any event.
/// </summary>
internal sealed partial class DirectoryWatcher(ControlPlaneSettings settings, ConfigurationStore store, LastGoodFiles lastGoodFiles, TimeProvider time, ILogger<DirectoryWatcher> logger)
    : BackgroundService
{
    /// <summary>Silence after an event before a scan: a save is several events.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(15);

    /// <summary>Longest wait for that silence.</summary>
    private static readonly TimeSpan QuietCap = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a file or directory has to be gone or empty before that is believed: editors and git take files away for a moment.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(250);

    /// <summary>Between scans without events.</summary>
    private static readonly TimeSpan Rescan = TimeSpan.FromSeconds(5);

    /// <summary>The same while the operating system cannot watch.</summary>
    private static readonly TimeSpan RescanUnwatched = TimeSpan.FromMilliseconds(500);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, SourceEntry> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _missing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);
    private ImmutableList<TaskCompletionSource> _asked = [];
    private bool _first = true;

    /// <summary>Has every file looked at now. Ends once all is taken into the store that was there at the call.</summary>
    public Task LookAsync(CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ImmutableInterlocked.Update(ref _asked, all => all.Add(asked));
        Signal();
        return asked.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        lock (_watchers)
        {
            foreach (var watcher in _watchers.Values)
            {
                watcher.Dispose();
            }
        }

        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var watched = Watch();
                var asked = Volatile.Read(ref _asked);
                var settling = Scan();
                if (!settling)
                {
                    ImmutableInterlocked.Update(ref _asked, all => all.RemoveRange(asked));
                    asked.ForEach(a => a.TrySetResult());
                }

                var wait = settling ? Settle : watched ? Rescan : RescanUnwatched;
                await WaitAsync(wait, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using (var timer = new CancellationTokenSource(longest, time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken))
        {
            try
            {
                await _signals.Reader.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }

        var until = time.GetUtcNow() + QuietCap;
        do
        {
            await Task.Delay(Quiet, time, cancellationToken);
        }
        while (_signals.Reader.TryRead(out _) && time.GetUtcNow() < until);
    }

    private bool Watch()
    {
        foreach (var source in settings.Sources.Where(s => !IsWatched(s.Directory) && Directory.Exists(s.Directory)))
        {
            try
            {
                var watcher = new FileSystemWatcher(source.Directory) { IncludeSubdirectories = true };
                watcher.Changed += (_, _) => Signal();
                watcher.Created += (_, _) => Signal();
                watcher.Deleted += (_, _) => Signal();
                watcher.Renamed += (_, _) => Signal();
                watcher.Error += (_, e) => Lose(source.Directory, e.GetException());
                lock (_watchers)
                {
                    _watchers[source.Directory] = watcher;
                }

                // Last: it may fail as soon as it is on, and then it must be found.
                watcher.EnableRaisingEvents = true;
            }
            catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or ObjectDisposedException)
            {
                Forget(source.Directory);
                Log.NotWatched(logger, source.Name, e.Message);
            }
        }

        lock (_watchers)
        {
            // A directory that was removed and made again has another inode: the old watch is deaf.
            foreach (var gone in settings.Sources.Where(s => !Directory.Exists(s.Directory)))
            {
                Forget(gone.Directory);
            }

            return settings.Sources.All(s => _watchers.ContainsKey(s.Directory));
        }
    }

    private bool IsWatched(string directory)
    {
        lock (_watchers)
        {
            return _watchers.ContainsKey(directory);
        }
    }

    private void Forget(string directory)
    {
        lock (_watchers)
        {
            if (_watchers.Remove(directory, out var watcher))
            {
                watcher.Dispose();
            }
        }
    }

    private void Lose(string directory, Exception error)
    {
        Forget(directory);
        Log.NotWatched(logger, directory, error.Message);
        Signal();
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    /// <summary>Looks at every file.</summary>
    /// <returns>Whether something is gone and may come back in a moment.</returns>
    private bool Scan()
    {
        var changed = _first;
        var settling = false;
        foreach (var source in settings.Sources)
        {
            if (!TryRead(source, out var found))
            {
                // Unreadable is not empty.
                continue;
            }

            foreach (var file in found ?? [])
            {
                changed |= Take(file, ref settling);
            }

            var present = (found ?? []).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _files.Values.Where(f => f.Text.Source == source.Name && !present.Contains(f.Text.Name)).ToArray())
            {
                if (IsSettled(gone.Text.Name))
                {
                    _files.Remove(gone.Text.Name);
                    Log.FileGone(logger, gone.Text.Name);
                    changed = true;
                }
                else
                {
                    settling = true;
                }
            }
        }

        if (changed)
        {
            _first = false;
            Publish();
        }

        return settling;
    }

    private bool TryRead(ConfigurationSource source, out ImmutableArray<SourceText>? found)
    {
        try
        {
            found = DocumentDirectory.Read(source.Directory) is { } files ? [.. files.Select(f => new SourceText(source.Name, f.Path, f.Text, f.Error))] : null;
            _unreadable.Remove(source.Name);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            found = null;
            if (_unreadable.Add(source.Name))
            {
                Log.DirectoryUnreadable(logger, source.Name, e.Message);
            }

            return false;
        }
    }

    private bool Take(SourceText file, ref bool settling)
    {
        var before = _files.GetValueOrDefault(file.Name);
        if (before?.Text == file)
        {
            _missing.Remove(file.Name);
            return false;
        }

        if (before is { Resources.IsEmpty: false } && string.IsNullOrWhiteSpace(file.Text) && !IsSettled(file.Name))
        {
            // Cut to nothing and not written yet, most likely.
            settling = true;
            return false;
        }

        _missing.Remove(file.Name);
        ImmutableArray<DeclaredResource> lastGood = before?.LastGood ?? lastGoodFiles.Find(file);
        var next = SourceReader.Read(file, lastGood, time.GetUtcNow());
        _files[file.Name] = next;
        if (next.IsGood)
        {
            Log.FileRead(logger, file.Name, next.Resources.Length);
        }
        else
        {
            Log.FileRefused(logger, file.Name, string.Join("; ", next.Violations.Select(v => $"line {v.Line}: {v.Path}: {v.Message}")));
        }

        return true;
    }

    private bool IsSettled(string name)
    {
        var now = time.GetUtcNow();
        if (!_missing.TryGetValue(name, out var since))
        {
            _missing[name] = since = now;
        }

        if (now - since < Settle)
        {
            return false;
        }

        _missing.Remove(name);
        return true;
    }

    private void Publish()
    {
        var order = settings.Sources.Select((s, i) => (s.Name, i)).ToDictionary(s => s.Name, s => s.i, StringComparer.Ordinal);
        ImmutableArray<SourceEntry> files = [.. _files.Values.OrderBy(f => order[f.Text.Source]).ThenBy(f => f.Text.Path, StringComparer.Ordinal)];
        store.Replace(SourceKind.Directories, files);
        try
        {
            lastGoodFiles.Save(files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a restart would miss it.
            Log.NotSaved(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2220, LogLevel.Information, "{File} was read: {Count} documents.", EventName = nameof(FileRead))]
        public static partial void FileRead(ILogger logger, string file, int count);

        [LoggerMessage(2221, LogLevel.Warning, "{File} is refused and its last good version stays, its permissions apart: {Violations}", EventName = nameof(FileRefused))]
        public static partial void FileRefused(ILogger logger, string file, string violations);

        [LoggerMessage(2222, LogLevel.Information, "{File} is gone, and all that it declared.", EventName = nameof(FileGone))]
        public static partial void FileGone(ILogger logger, string file);

        [LoggerMessage(2223, LogLevel.Warning, "{Source} cannot be watched and is looked at twice a second instead: {Reason}", EventName = nameof(NotWatched))]
        public static partial void NotWatched(ILogger logger, string source, string reason);

        [LoggerMessage(2224, LogLevel.Error, "Source {Source} cannot be read; what it said last stays: {Reason}", EventName = nameof(DirectoryUnreadable))]
        public static partial void DirectoryUnreadable(ILogger logger, string source, string reason);

        [LoggerMessage(2225, LogLevel.Error, "The last good files could not be saved for a restart: {Reason}", EventName = nameof(NotSaved))]
        public static partial void NotSaved(ILogger logger, string reason);
    }
}
