using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Mesh.ControlPlane.Kubernetes.Wire;

/// <summary>
/// Follows one collection: lists it, then watches from the list's version on. A watch that ends or breaks goes on from the last version it saw; where the server has forgotten that version, and
/// now and then for safety, everything is listed again.
/// </summary>
internal sealed partial class ObjectWatch(KubernetesApi api, ObjectPath path, string selector, IObjectSink sink, TimeProvider time, ILogger<ObjectWatch> logger)
{
    /// <summary>Between two lists, for what a watch may have missed.</summary>
    public static readonly TimeSpan Resync = TimeSpan.FromMinutes(10);

    private const int PageSize = 500;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // A kind whose definition is being made, in a moment or never.
    private static readonly TimeSpan LongestWaitForKind = TimeSpan.FromSeconds(1);

    private readonly string _collection = selector.Length == 0 ? path.Collection : $"{path.Collection}?{selector}";
    private bool _failing;
    private bool _isNamespaceGone;

    /// <summary>Follows it until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        string? version = null;
        var listedAt = time.GetTimestamp();
        try
        {
            while (true)
            {
                try
                {
                    if (version is null || time.GetElapsedTime(listedAt) >= Resync)
                    {
                        version = await ListAsync(cancellationToken);
                        listedAt = time.GetTimestamp();
                        Recover(ref failures);
                        _isNamespaceGone = false;
                    }

                    var started = time.GetTimestamp();
                    await foreach (var change in api.WatchAsync(_collection, version, Limit(), cancellationToken))
                    {
                        Recover(ref failures);
                        version = Take(change) ?? version;
                    }

                    if (time.GetElapsedTime(started) < FirstWait)
                    {
                        // A server that ends every watch at once must not be asked without a pause.
                        await Task.Delay(Jitter(FirstWait), time, cancellationToken);
                    }
                }
                catch (KubernetesException e) when (e.IsGone)
                {
                    Log.VersionForgotten(logger, path);
                    version = null;
                    await Task.Delay(Jitter(FirstWait), time, cancellationToken);
                }
                catch (KubernetesException e)
                {
                    if (e.IsForbidden && await IsNamespaceGoneAsync(cancellationToken))
                    {
                        // Its RoleBinding went with it. Where there is no namespace there is nothing in it, and it may be made again.
                        TakeNothing();
                        version = null;
                    }
                    else
                    {
                        Report(e);
                    }

                    var longest = e.IsNotFound ? LongestWaitForKind : LongestWait;
                    var wait = TimeSpan.FromTicks(Math.Min(longest.Ticks, FirstWait.Ticks << Math.Min(failures++, 10)));
                    await Task.Delay(Jitter(wait), time, cancellationToken);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // The server kept a watch open past its time.
                }
                catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
                {
                    // An object that is not shaped as its kind is, however whoever takes it finds out: that must not end the process, which serves everybody else's.
                    Log.ObjectUnreadable(logger, path, e);
                    version = null;
                    await Task.Delay(LongestWait, time, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process is stopping, or the lease is lost.
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<JsonObject>();
        var next = "";
        while (true)
        {
            var page = $"{_collection}{(selector.Length == 0 ? '?' : '&')}limit={PageSize}{(next.Length == 0 ? "" : $"&continue={Uri.EscapeDataString(next)}")}";
            var list = await api.GetAsync(page, cancellationToken);
            all.AddRange((list["items"] as JsonArray ?? []).OfType<JsonObject>());
            next = (string?)list["metadata"]?["continue"] ?? "";
            if (next.Length == 0)
            {
                sink.Replace(all);
                return list.Version() ?? throw new KubernetesException(null, $"GET {page}: the list has no resourceVersion");
            }
        }
    }

    private async Task<bool> IsNamespaceGoneAsync(CancellationToken cancellationToken)
    {
        try
        {
            return path.Namespace is { } space && await api.FindAsync(ObjectPath.Namespaces().Object(space), cancellationToken) is null;
        }
        catch (KubernetesException)
        {
            // Not known, so not said: what was known of it stays.
            return false;
        }
    }

    private void TakeNothing()
    {
        if (!_isNamespaceGone)
        {
            (_isNamespaceGone, _failing) = (true, true);
            Log.NamespaceGone(logger, path, path.Namespace!);
        }

        sink.Replace([]);
    }

    private string? Take(WatchEvent change)
    {
        switch (change.Kind)
        {
            case "ADDED" or "MODIFIED":
                sink.Put(change.Object);
                break;
            case "DELETED":
                sink.Remove(change.Object);
                break;
            case "ERROR":
                throw KubernetesException.Of(change.Object, null, $"watch of {path}");
        }

        return change.Object.Version();
    }

    private void Recover(ref int failures)
    {
        failures = 0;
        if (_failing)
        {
            _failing = false;
            Log.WatchedAgain(logger, path);
        }
    }

    private void Report(KubernetesException e)
    {
        sink.Fail($"{(e.Status is { } status ? $"{(int)status} {status}" : "no answer")}; {Cure(e)}");
        if (!_failing)
        {
            _failing = true;
            Log.NotWatched(logger, path, e.Message);
        }
    }

    private string Cure(KubernetesException e) => e switch
    {
        { IsForbidden: true } => $"bind the control plane's Role in namespace {path.Namespace} (helm upgrade does), or take the namespace out of those that it serves",
        { IsNotFound: true } => "its CustomResourceDefinition is missing: the control plane makes it where its ClusterRole lets it, else apply the chart's crds/",
        _ => "it is tried again, and the log says more",
    };

    // Five to ten minutes, as reflectors of Kubernetes' own do, so that not every watch comes back at once.
    private static TimeSpan Limit() => TimeSpan.FromSeconds(RandomNumberGenerator.GetInt32(300, 600));

    private static TimeSpan Jitter(TimeSpan wait) => wait * (0.5 + (RandomNumberGenerator.GetInt32(0, 500) / 1000.0));

    private static partial class Log
    {
        [LoggerMessage(2600, LogLevel.Warning, "The {Path} cannot be followed; what was known of them stays, and they are tried again: {Reason}", EventName = nameof(NotWatched))]
        public static partial void NotWatched(ILogger logger, ObjectPath path, string reason);

        [LoggerMessage(2604, LogLevel.Warning, "The {Path} cannot be read because namespace {Namespace} is gone; nothing is taken to be in it until it is there again. Take it out of the served namespaces.", EventName = nameof(NamespaceGone))]
        public static partial void NamespaceGone(ILogger logger, ObjectPath path, string @namespace);

        [LoggerMessage(2601, LogLevel.Information, "The {Path} are followed again.", EventName = nameof(WatchedAgain))]
        public static partial void WatchedAgain(ILogger logger, ObjectPath path);

        [LoggerMessage(2603, LogLevel.Error, "An object among the {Path} cannot be read; they are listed again in 10 s.", EventName = nameof(ObjectUnreadable))]
        public static partial void ObjectUnreadable(ILogger logger, ObjectPath path, Exception exception);

        [LoggerMessage(2602, LogLevel.Debug, "The API server has forgotten the version that the watch of {Path} went on from; all are listed again.", EventName = nameof(VersionForgotten))]
        public static partial void VersionForgotten(ILogger logger, ObjectPath path);
    }
}
