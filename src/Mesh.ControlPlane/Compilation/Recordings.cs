using System.Collections.Immutable;
using System.Security.Cryptography;
using Mesh.Model.Recording;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Compilation;

/// <summary>
/// The one recording that runs, if one does, and what the last one saw. Whoever began it has to say so again and again, so that none outlives who asked for it. Held in no store and no file.
/// </summary>
internal sealed partial class Recordings : IDisposable
{
    /// <summary>The most edges over all services: who called whom.</summary>
    public const int MostEdges = 4096;

    /// <summary>The most edges to one service: whatever it says of its callers, there is room for what others say.</summary>
    public const int MostEdgesOfService = 512;

    /// <summary>The most replicas of one service that are known to have reported for the last time; more of them count as silent.</summary>
    public const int MostFinalOfService = 1024;

    /// <summary>How long it goes on after whoever holds it was last heard of.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly ILogger<Recordings> _logger;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private Run? _run;
    private long _revision;

    public Recordings(TimeProvider time, ILogger<Recordings> logger)
    {
        (_time, _logger) = (time, logger);
        _timer = time.CreateTimer(_ => EndDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Raised after one began or ended. Handlers note it and return.</summary>
    public event Action? Changed;

    /// <summary>Counts up with each change.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>What sidecars are told; <see langword="null"/>: nobody records.</summary>
    public RecordingOrder? Order
    {
        get
        {
            lock (_lock)
            {
                return _run is { EndedAt: null } run ? run.Order : null;
            }
        }
    }

    /// <summary>Begins one.</summary>
    /// <param name="duration">How long it may last, at most <see cref="RecordingOrder.Longest"/>.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="begun">The one that runs: this one, or that of somebody else.</param>
    /// <returns>Whether it began; else another runs.</returns>
    public bool TryBegin(TimeSpan duration, string by, out MeshRecording begun)
    {
        lock (_lock)
        {
            if (_run is { EndedAt: null } other)
            {
                begun = other.View();
                return false;
            }

            var now = _time.GetUtcNow();
            _run = new Run(new RecordingOrder(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), now + duration), by, now) { HeldUntil = now + Hold };
            begun = _run.View();
            Log.Begun(_logger, begun.Id, by, _run.Order.EndsAt);
        }

        Tell();
        return true;
    }

    /// <summary>Says that whoever began it is still there.</summary>
    /// <returns>Whether it still runs.</returns>
    public bool Keep(string id)
    {
        lock (_lock)
        {
            if (_run is not { EndedAt: null } run || run.Order.Id != id)
            {
                return false;
            }

            run.HeldUntil = _time.GetUtcNow() + Hold;
        }

        SetTimer();
        return true;
    }

    /// <summary>Ends one; sidecars hear of it and report for the last time.</summary>
    /// <returns>Whether it ran.</returns>
    public bool End(string id)
    {
        lock (_lock)
        {
            if (_run is not { EndedAt: null } run || run.Order.Id != id)
            {
                return false;
            }

            run.EndedAt = _time.GetUtcNow();
            Log.Ended(_logger, id, run.By, run.Edges.Count);
        }

        Tell();
        return true;
    }

    /// <summary>What one has seen until now, running or not.</summary>
    /// <returns><see langword="null"/>: there is none of that id; only the last one is kept.</returns>
    public MeshRecording? Find(string id)
    {
        lock (_lock)
        {
            return _run?.Order.Id == id ? _run.View() : null;
        }
    }

    /// <summary>The last one, running or not; <see langword="null"/>: there was none.</summary>
    public MeshRecording? Latest
    {
        get
        {
            lock (_lock)
            {
                return _run?.View();
            }
        }
    }

    /// <summary>Waits until all of these sidecars have reported for the last time, or said that they do not know it.</summary>
    /// <returns>Those that have not.</returns>
    public async Task<ImmutableArray<(ServiceId Service, string Replica)>> UntilFinalAsync(string id, ImmutableArray<(ServiceId Service, string Replica)> sidecars, TimeSpan within, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(within, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            ImmutableArray<(ServiceId Service, string Replica)> missing;
            Task reported;
            lock (_lock)
            {
                if (_run is not { } run || run.Order.Id != id)
                {
                    return [];
                }

                missing = run.Silent = sidecars.RemoveAll(run.IsFinal);
                reported = run.Reported.Task;
            }

            if (missing.IsEmpty || limit.IsCancellationRequested)
            {
                return missing;
            }

            try
            {
                await reported.WaitAsync(ending.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // One more look: some may have come with the last moment.
            }
        }
    }

    /// <summary>Takes what a sidecar saw of the calls of its service.</summary>
    /// <param name="id">The recording that it saw it for; of another one nothing is taken.</param>
    /// <param name="service">The service, as the sidecar's certificate says.</param>
    /// <param name="replica">The replica's name.</param>
    /// <param name="ports">The service's ports with what they speak.</param>
    /// <param name="seen">What was seen.</param>
    /// <param name="unlisted">Calls for which the sidecar had no room.</param>
    /// <param name="isFinal">Whether nothing more will come of it.</param>
    public void Take(string id, ServiceId service, string replica, IReadOnlyDictionary<string, AppProtocol> ports, IEnumerable<EdgeRecording> seen, long unlisted, bool isFinal)
    {
        TaskCompletionSource? reported = null;
        lock (_lock)
        {
            if (_run is not { } run || run.Order.Id != id)
            {
                return;
            }

            run.Unlisted += unlisted;
            foreach (var edge in seen)
            {
                if (!ports.TryGetValue(edge.Port, out var protocol))
                {
                    continue;
                }

                var key = (new PortRef(service, edge.Port), edge.Caller);
                if (!run.Edges.TryGetValue(key, out var known))
                {
                    var ofService = run.EdgesOf.GetValueOrDefault(service);
                    if (run.Edges.Count >= MostEdges || ofService >= MostEdgesOfService)
                    {
                        run.Unlisted++;
                        continue;
                    }

                    run.EdgesOf[service] = ofService + 1;
                    run.Edges[key] = known = new RecordedEdge(key.Item1, protocol, new EdgeRecording(edge.Caller, edge.Port));
                }

                known.Seen.Add(edge);
            }

            if (isFinal && run.AddFinal(service, replica))
            {
                reported = run.Reported;
                run.Reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        reported?.TrySetResult();
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void EndDue()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (_run is not { EndedAt: null } run || now < run.DueAt)
            {
                return;
            }

            run.EndedAt = now;
            Log.EndedByItself(_logger, run.Order.Id, run.By, now < run.Order.EndsAt ? "nobody has held it any more" : "its time was over");
        }

        Tell();
    }

    private void Tell()
    {
        SetTimer();
        Interlocked.Increment(ref _revision);
        Changed?.Invoke();
    }

    private void SetTimer()
    {
        lock (_lock)
        {
            var left = _run is { EndedAt: null } run ? run.DueAt - _time.GetUtcNow() : Timeout.InfiniteTimeSpan;
            _timer.Change(left == Timeout.InfiniteTimeSpan || left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Run(RecordingOrder order, string by, DateTimeOffset startedAt)
    {
        private readonly Dictionary<ServiceId, HashSet<string>> _final = [];

        public RecordingOrder Order => order;

        public string By => by;

        public DateTimeOffset HeldUntil { get; set; }

        public DateTimeOffset DueAt => HeldUntil < order.EndsAt ? HeldUntil : order.EndsAt;

        public DateTimeOffset? EndedAt { get; set; }

        public Dictionary<(PortRef Callee, string Caller), RecordedEdge> Edges { get; } = [];

        public Dictionary<ServiceId, int> EdgesOf { get; } = [];

        public long Unlisted { get; set; }

        public ImmutableArray<(ServiceId Service, string Replica)> Silent { get; set; } = [];

        public TaskCompletionSource Reported { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsFinal((ServiceId Service, string Replica) sidecar) => _final.TryGetValue(sidecar.Service, out var replicas) && replicas.Contains(sidecar.Replica);

        // Names are the sidecar's own to say.
        public bool AddFinal(ServiceId service, string replica)
        {
            if (!_final.TryGetValue(service, out var replicas))
            {
                _final[service] = replicas = new(StringComparer.Ordinal);
            }

            return replicas.Count < MostFinalOfService && replicas.Add(replica);
        }

        // A copy: reports go on.
        public MeshRecording View() => new()
        {
            Id = order.Id,
            By = by,
            StartedAt = startedAt,
            EndedAt = EndedAt,
            Edges =
            [
                .. Edges.Values.OrderBy(e => e.Callee.Service).ThenBy(e => e.Callee.Port, StringComparer.Ordinal).ThenBy(e => e.Seen.Caller, StringComparer.Ordinal).Select(e => e with { Seen = Copy(e.Seen) }),
            ],
            UnlistedEdges = Unlisted,
            Silent = [.. Silent.Where(sidecar => !IsFinal(sidecar)).Select(sidecar => $"{sidecar.Service} {sidecar.Replica}")],
        };

        private static EdgeRecording Copy(EdgeRecording edge)
        {
            var copy = new EdgeRecording(edge.Caller, edge.Port);
            copy.Add(edge);
            copy.Fold();
            return copy;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2330, LogLevel.Information, "Recording {Id}: {By} has sidecars note who asks what of whom, until {End:O} at the latest.", EventName = nameof(Begun))]
        public static partial void Begun(ILogger logger, string id, string by, DateTimeOffset end);

        [LoggerMessage(2331, LogLevel.Information, "Recording {Id} of {By} was ended; it has seen {Edges} edges until now.", EventName = nameof(Ended))]
        public static partial void Ended(ILogger logger, string id, string by, int edges);

        [LoggerMessage(2332, LogLevel.Information, "Recording {Id} of {By} has ended: {Reason}.", EventName = nameof(EndedByItself))]
        public static partial void EndedByItself(ILogger logger, string id, string by, string reason);
    }
}
