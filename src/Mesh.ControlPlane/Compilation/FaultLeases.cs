using System.Collections.Immutable;
using Mesh.ControlPlane.Insight;
using Mesh.Model.Policies.Fault;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Compilation;

/// <summary>
/// The faults that are made now. Held in no store and no file: a control plane that starts anew knows of none, and takes from sidecars what they still have. One of several replicas is told
/// by what they share.
/// </summary>
internal sealed partial class FaultLeases : IFaultHolder, IDisposable
{
    /// <summary>The most at a time: each is told to every sidecar that it concerns.</summary>
    public const int MostAtATime = 64;

    private readonly TimeProvider _time;
    private readonly ILogger<FaultLeases> _logger;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private ImmutableArray<FaultLease> _all = [];
    private long _revision;

    public FaultLeases(ControlPlaneMetrics metrics, TimeProvider time, ILogger<FaultLeases> logger)
    {
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => EndDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        metrics.ObserveFaults(() => Live.Length);
    }

    /// <summary>Raised after one began or ended. Handlers note it and return.</summary>
    public event Action? Changed;

    /// <summary>Those that have not ended, the oldest first.</summary>
    public ImmutableArray<FaultLease> Live
    {
        get
        {
            var now = _time.GetUtcNow();
            lock (_lock)
            {
                return _all.RemoveAll(lease => lease.EndsAt <= now);
            }
        }
    }

    /// <summary>Counts up with each change.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>Begins a fault.</summary>
    /// <param name="request">What was asked for, and found valid.</param>
    /// <param name="by">Who asked.</param>
    /// <returns><see langword="null"/>: there are as many as there may be.</returns>
    public FaultLease? Begin(FaultRequest request, string by)
    {
        var lease = FaultLease.Begin(request, by, _time.GetUtcNow());
        lock (_lock)
        {
            if (_all.Length >= MostAtATime)
            {
                return null;
            }

            _all = _all.Add(lease);
        }

        Log.Begun(_logger, lease.Id, by, request.To, lease.EndsAt);
        Tell();
        return lease;
    }

    /// <summary>Ends one before its time.</summary>
    /// <returns>What it was; <see langword="null"/>: there was none.</returns>
    public FaultLease? End(string id)
    {
        FaultLease? lease;
        lock (_lock)
        {
            lease = _all.FirstOrDefault(known => known.Id == id);
            _all = lease is null ? _all : _all.Remove(lease);
        }

        if (lease is null)
        {
            return null;
        }

        Log.Ended(_logger, lease.Id, lease.By);
        Tell();
        return lease;
    }

    /// <summary>Takes what the replicas of a control plane share for what there is.</summary>
    public void Replace(ImmutableArray<FaultLease> all)
    {
        ImmutableArray<FaultLease> begun, ended;
        lock (_lock)
        {
            begun = [.. all.Where(lease => !_all.Any(known => known.Id == lease.Id))];
            ended = [.. _all.Where(known => !all.Any(lease => lease.Id == known.Id))];
            if (begun.IsEmpty && ended.IsEmpty)
            {
                return;
            }

            _all = all;
        }

        foreach (var lease in begun)
        {
            Log.Begun(_logger, lease.Id, lease.By, lease.Request.To, lease.EndsAt);
        }

        foreach (var lease in ended)
        {
            Log.Ended(_logger, lease.Id, lease.By);
        }

        Tell();
    }

    /// <inheritdoc />
    ValueTask<FaultLease?> IFaultHolder.BeginAsync(FaultRequest request, string by, CancellationToken cancellationToken) => ValueTask.FromResult(Begin(request, by));

    /// <inheritdoc />
    ValueTask<FaultLease?> IFaultHolder.EndAsync(string id, CancellationToken cancellationToken) => ValueTask.FromResult(End(id));

    /// <summary>What a service's sidecars do for all of them.</summary>
    public ImmutableArray<FaultRule> For(ServiceId service, ProxySnapshot snapshot) =>
        [.. Live.SelectMany(lease => FaultCompiler.Compile(service, snapshot, lease.Request, lease.Id, lease.By, lease.EndsAt))];

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void EndDue()
    {
        ImmutableArray<FaultLease> due;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            due = [.. _all.Where(lease => lease.EndsAt <= now)];
            _all = _all.RemoveRange(due);
        }

        foreach (var lease in due)
        {
            Log.Ended(_logger, lease.Id, lease.By);
        }

        Tell();
    }

    private void Tell()
    {
        lock (_lock)
        {
            var left = _all.IsEmpty ? Timeout.InfiniteTimeSpan : _all.Min(lease => lease.EndsAt) - _time.GetUtcNow();
            _timer.Change(_all.IsEmpty || left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        Interlocked.Increment(ref _revision);
        Changed?.Invoke();
    }

    private static partial class Log
    {
        [LoggerMessage(2320, LogLevel.Warning, "Fault {Id}: {By} asked for calls to {Callee} to go wrong until {End:O}.", EventName = nameof(Begun))]
        public static partial void Begun(ILogger logger, string id, string by, string callee, DateTimeOffset end);

        [LoggerMessage(2321, LogLevel.Information, "Fault {Id} of {By} has ended.", EventName = nameof(Ended))]
        public static partial void Ended(ILogger logger, string id, string by);
    }
}
