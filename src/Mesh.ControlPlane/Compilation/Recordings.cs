using System.Collections.Immutable;
using System.Security.Cryptography;
using Mesh.Model.Recording;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Compilation;

/// <summary>
/// The one recording that runs, if one does, and what the last one saw. Whoever began it has to say so again and again, so that none outlives who asked for it. Held in no store and no file.
/// </summary>
internal sealed partial class Recordings : IRecordingHolder, IDisposable
{
    /// <summary>The most edges over all services: who called whom.</summary>
    public const int MostEdges = 4096;

    /// <summary>The most edges to one service: whatever it says of its callers, there is room for what others say.</summary>
    public const int MostEdgesOfService = 512;

    /// <summary>The most replicas of one service that are known to have reported for the last time; more of them count as silent.</summary>
    public const int MostFinalOfService = 1024;

    private readonly TimeProvider _time;
    private readonly ILogger<Recordings> _logger;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private RecordingRun? _run;
    private bool _hasFollowed;
    private long _revision;

    public Recordings(TimeProvider time, ILogger<Recordings> logger)
    {
        (_time, _logger) = (time, logger);
        _timer = time.CreateTimer(_ => EndDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A random text, by which this process knows what it said itself.</summary>
    public string Process { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

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
                return _run is { State.EndedAt: null } run ? run.Order : null;
            }
        }
    }

    /// <summary>The last one, running or not; <see langword="null"/>: there was none.</summary>
    public RecordingState? Latest
    {
        get
        {
            lock (_lock)
            {
                return _run?.State;
            }
        }
    }

    /// <summary>Begins one.</summary>
    /// <param name="duration">How long it may last, at most <see cref="RecordingOrder.Longest"/>.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="begun">The one that runs: this one, or that of somebody else.</param>
    /// <returns>Whether it began; else another runs.</returns>
    public bool TryBegin(TimeSpan duration, string by, out RecordingState begun)
    {
        lock (_lock)
        {
            if (_run is { State.EndedAt: null } other)
            {
                begun = other.State;
                return false;
            }

            begun = RecordingState.Begin(duration, by, _time.GetUtcNow());
            Begin(begun, isLate: false);
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
            if (Running(id) is not { } run)
            {
                return false;
            }

            run.State = run.State.Kept(_time.GetUtcNow());
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
            if (Running(id) is not { } run)
            {
                return false;
            }

            End(run, _time.GetUtcNow());
        }

        Tell();
        return true;
    }

    /// <summary>Takes what replicas of the control plane tell each other of the last one.</summary>
    /// <param name="state">What they do; <see langword="null"/>: there is none.</param>
    public void Follow(RecordingState? state)
    {
        lock (_lock)
        {
            var (before, now) = (Order, _time.GetUtcNow());
            if (state is not null && _run?.State.Id != state.Id)
            {
                // What there is when this process first looks was told to the one before it.
                Begin(state, isLate: !_hasFollowed);
            }

            _hasFollowed = true;
            if (_run is { } run)
            {
                // By the clocks of others it may go on here too, or again.
                run.State = state ?? run.State with { EndedAt = run.State.EndedAt ?? now };
                if (run.State.EndedAt is null && !run.State.Runs(now))
                {
                    run.State = run.State with { EndedAt = run.State.DueAt };
                }

                if (before is not null && Order is null)
                {
                    Log.Ended(_logger, run.State.Id, run.State.By, run.EdgeCount);
                }
            }

            if (before == Order)
            {
                SetTimer();
                return;
            }
        }

        Tell();
    }

    /// <summary>What one has seen until now, running or not, here and elsewhere.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="elsewhere">What other replicas of the control plane were told.</param>
    /// <returns><see langword="null"/>: there is none of that id; only the last one is kept.</returns>
    public MeshRecording? Find(string id, ImmutableArray<RecordingShare> elsewhere)
    {
        lock (_lock)
        {
            return Known(id)?.View(elsewhere);
        }
    }

    /// <summary>What was seen here alone.</summary>
    /// <returns><see langword="null"/>: there is none of that id.</returns>
    public RecordingShare? ShareOf(string id)
    {
        lock (_lock)
        {
            return Known(id)?.Share();
        }
    }

    /// <summary>Waits until all of these sidecars have reported for the last time, or said that they do not know it.</summary>
    /// <param name="id">The recording.</param>
    /// <param name="sidecars">The sidecars.</param>
    /// <param name="within">How long at most.</param>
    /// <param name="peers">Where else they may report.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those that have not.</returns>
    public async Task<ImmutableArray<(ServiceId Service, string Replica)>> UntilFinalAsync(
        string id, ImmutableArray<(ServiceId Service, string Replica)> sidecars, TimeSpan within, IRecordingPeers peers, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(within, _time);
        while (true)
        {
            ImmutableArray<(ServiceId Service, string Replica)> missing;
            Task reported;
            var elsewhere = await peers.SeenAsync(id, cancellationToken);
            lock (_lock)
            {
                if (Known(id) is not { } run)
                {
                    return [];
                }

                missing = run.Silent = run.Missing(sidecars, elsewhere);
                reported = run.Reported.Task;
            }

            if (missing.IsEmpty || limit.IsCancellationRequested)
            {
                return missing;
            }

            using var look = new CancellationTokenSource(peers.AskEvery, _time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, look.Token, cancellationToken);
            try
            {
                await reported.WaitAsync(ending.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // One more look: some may have come with the last moment, or elsewhere.
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
            if (Known(id) is { } run)
            {
                run.Take(service, ports, seen, unlisted);
                reported = isFinal ? run.Finish(service, replica) : null;
            }
        }

        reported?.TrySetResult();
    }

    /// <inheritdoc />
    ValueTask<(RecordingState Recording, bool IsNew)> IRecordingHolder.BeginAsync(TimeSpan duration, string by, CancellationToken cancellationToken)
    {
        var isNew = TryBegin(duration, by, out var recording);
        return new((recording, isNew));
    }

    /// <inheritdoc />
    ValueTask<bool> IRecordingHolder.KeepAsync(string id, CancellationToken cancellationToken) => new(Keep(id));

    /// <inheritdoc />
    ValueTask<bool> IRecordingHolder.EndAsync(string id, CancellationToken cancellationToken) => new(End(id));

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private RecordingRun? Known(string id) => _run?.State.Id == id ? _run : null;

    private RecordingRun? Running(string id) => Known(id) is { State.EndedAt: null } run ? run : null;

    private void Begin(RecordingState state, bool isLate)
    {
        _run = new RecordingRun(state, isLate);
        if (state.Runs(_time.GetUtcNow()))
        {
            Log.Begun(_logger, state.Id, state.By, state.EndsAt);
        }
    }

    private void End(RecordingRun run, DateTimeOffset at)
    {
        run.State = run.State with { EndedAt = at };
        Log.Ended(_logger, run.State.Id, run.State.By, run.EdgeCount);
    }

    private void EndDue()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (_run is not { State.EndedAt: null } run || now < run.State.DueAt)
            {
                return;
            }

            run.State = run.State with { EndedAt = now };
            Log.EndedByItself(_logger, run.State.Id, run.State.By, now < run.State.EndsAt ? "nobody has held it any more" : "its time was over");
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
            var left = _run is { State.EndedAt: null } run ? run.State.DueAt - _time.GetUtcNow() : Timeout.InfiniteTimeSpan;
            _timer.Change(left == Timeout.InfiniteTimeSpan || left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
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
