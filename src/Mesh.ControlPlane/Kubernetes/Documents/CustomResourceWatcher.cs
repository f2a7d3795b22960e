using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Kubernetes.Documents;

/// <summary>Keeps the store what the custom resources of the served namespaces say: one watch for each kind in each namespace.</summary>
internal sealed partial class CustomResourceWatcher(
    KubernetesApi api, ControlPlaneSettings settings, ConfigurationStore store, UnreadSources unread, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private readonly ILogger _logger = loggers.CreateLogger<CustomResourceWatcher>();
    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceKey, CustomResource> _resources = [];
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _unlisted;
    private long _edition;
    private long _handedOver;

    /// <summary>Raised after resources came, went or changed, their status included. On the watch's thread: do little.</summary>
    public event Action? Changed;

    /// <summary>All of them, by key.</summary>
    public ImmutableArray<CustomResource> Current
    {
        get
        {
            lock (_lock)
            {
                return [.. _resources.Values.OrderBy(r => r.Key)];
            }
        }
    }

    /// <summary>Whether the store holds what <see cref="Current"/> says.</summary>
    public bool IsHandedOver => Interlocked.Read(ref _handedOver) == Interlocked.Read(ref _edition);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var follows = (from space in settings.Kubernetes!.Namespaces from kind in CustomResourceNames.Kinds select new Follow(this, kind, ObjectPath.Document(kind, space))).ToArray();
        _unlisted = follows.Length;
        return Task.WhenAll(follows.Select(f => new ObjectWatch(api, f.Path, "", f, time, loggers.CreateLogger<ObjectWatch>()).RunAsync(stoppingToken)).Append(HandOverAsync(stoppingToken)));
    }

    // One at a time, so that no watch overtakes another, and all that came since at once: a burst of changes is merged as often as the store can take it and not once for each.
    private async Task HandOverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in _news.Reader.ReadAllAsync(cancellationToken))
            {
                long edition;
                ImmutableArray<SourceEntry> entries;
                lock (_lock)
                {
                    if (_unlisted > 0)
                    {
                        continue;
                    }

                    edition = _edition;
                    entries = [.. _resources.Values.OrderBy(r => r.Key).Select(r => r.Entry)];
                }

                store.Replace(SourceKind.Kubernetes, entries);
                Interlocked.Exchange(ref _handedOver, edition);
                Changed?.Invoke();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    private void Replace(Follow follow, IReadOnlyList<JsonObject> all, bool first)
    {
        var present = all.Select(o => new ResourceKey(follow.Kind, follow.Path.Namespace!, o.Name())).ToHashSet();
        Change(first, () =>
        {
            var changed = false;
            foreach (var key in _resources.Keys.Where(k => k.Kind == follow.Kind && k.Namespace == follow.Path.Namespace && !present.Contains(k)).ToArray())
            {
                changed |= Drop(key);
            }

            foreach (var o in all)
            {
                changed |= Take(follow, o);
            }

            return changed;
        });
    }

    private void Change(bool first, Func<bool> change)
    {
        bool isNews;
        lock (_lock)
        {
            isNews = change() || first;
            _unlisted -= first ? 1 : 0;
            _edition += isNews ? 1 : 0;
        }

        if (isNews)
        {
            _news.Writer.TryWrite(true);
        }

        Changed?.Invoke();
    }

    private void NotRead(ObjectPath path, string reason) => unread.Add(path.ToString(), reason);

    private void Read(ObjectPath path) => unread.Remove(path.ToString());

    private bool Take(Follow follow, JsonObject found)
    {
        var before = _resources.GetValueOrDefault(new ResourceKey(follow.Kind, follow.Path.Namespace!, found.Name()));
        var next = CustomResourceReader.Read(follow.Kind, follow.Path, found, before, time.GetUtcNow());
        _resources[next.Key] = next;
        if (ReferenceEquals(before?.Entry, next.Entry))
        {
            return false;
        }

        if (next.Entry.IsGood)
        {
            Log.ResourceRead(_logger, next.Key, next.Generation);
        }
        else
        {
            Log.ResourceRefused(_logger, next.Key, next.Generation, string.Join("; ", next.Entry.Violations.Select(v => $"{v.Path}: {v.Message}")));
        }

        return true;
    }

    private bool Drop(ResourceKey key)
    {
        if (!_resources.Remove(key))
        {
            return false;
        }

        Log.ResourceGone(_logger, key);
        return true;
    }

    private sealed class Follow(CustomResourceWatcher watcher, string kind, ObjectPath path) : IObjectSink
    {
        private bool _listed;

        public string Kind => kind;

        public ObjectPath Path => path;

        public void Replace(IReadOnlyList<JsonObject> all)
        {
            watcher.Replace(this, all, !_listed);
            _listed = true;
            watcher.Read(path);
        }

        public void Fail(string reason)
        {
            if (!_listed)
            {
                watcher.NotRead(path, reason);
            }
        }

        public void Put(JsonObject changed) => watcher.Change(false, () => watcher.Take(this, changed));

        public void Remove(JsonObject gone) => watcher.Change(false, () => watcher.Drop(new ResourceKey(kind, path.Namespace!, gone.Name())));
    }

    private static partial class Log
    {
        [LoggerMessage(2610, LogLevel.Information, "{Key} was read, generation {Generation}.", EventName = nameof(ResourceRead))]
        public static partial void ResourceRead(ILogger logger, ResourceKey key, long generation);

        [LoggerMessage(2611, LogLevel.Warning, "{Key} is refused in generation {Generation} and its last good version stays, its permissions apart: {Violations}", EventName = nameof(ResourceRefused))]
        public static partial void ResourceRefused(ILogger logger, ResourceKey key, long generation, string violations);

        [LoggerMessage(2612, LogLevel.Information, "{Key} is gone.", EventName = nameof(ResourceGone))]
        public static partial void ResourceGone(ILogger logger, ResourceKey key);
    }
}
