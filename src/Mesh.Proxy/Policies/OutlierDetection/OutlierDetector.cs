using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.OutlierDetection;

/// <summary>
/// Leaves replicas of a cluster out for a while because of what became of requests to them, each time longer, and never the last one that is left. Failures in a row decide at once,
/// shares of failures at the end of each interval. All of it hangs on what is reported and on the clock.
/// </summary>
internal sealed class OutlierDetector : IDisposable
{
    private readonly string _cluster;
    private readonly Model.Snapshots.OutlierDetection _settings;
    private readonly TimeProvider _time;
    private readonly OutlierEvents _events;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private ImmutableArray<UpstreamReplica> _replicas = [];
    private Action? _changed;
    private long _nextLook;
    private bool _isDisposed;

    public OutlierDetector(string cluster, Model.Snapshots.OutlierDetection settings, TimeProvider time, OutlierEvents events)
    {
        _cluster = cluster;
        _settings = settings;
        _time = time;
        _events = events;
        _nextLook = time.GetTimestamp() + Ticks(settings.Interval);
        _timer = time.CreateTimer(static state => ((OutlierDetector)state!).Look(), this, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
    }

    /// <summary>What it goes by.</summary>
    public Model.Snapshots.OutlierDetection Settings => _settings;

    /// <summary>Looks after these from now on. Those that were left out stay so.</summary>
    /// <param name="replicas">All that are announced as ready.</param>
    /// <param name="changed">Called when one is left out or comes back.</param>
    public void Watch(ImmutableArray<UpstreamReplica> replicas, Action changed)
    {
        lock (_lock)
        {
            _replicas = replicas;
            _changed = changed;
            var rates = _settings.SuccessRate is not null || _settings.FailurePercentage is not null;
            foreach (var replica in replicas)
            {
                replica.Failures.CountRates(rates, rates && _settings.SplitErrors);
            }

            Schedule(_time.GetTimestamp());
        }
    }

    /// <summary>Notes what became of a request. While all goes well it writes nothing that others write.</summary>
    public void Report(UpstreamReplica replica, AttemptOutcome outcome)
    {
        var failures = replica.Failures;
        if (_settings.SplitErrors)
        {
            failures.Locals?.Add(outcome != AttemptOutcome.LocalFailure);
            if (Count(ref failures.Local, outcome == AttemptOutcome.LocalFailure, _settings.LocalOriginFailures))
            {
                Eject(replica, "local origin failures");
            }

            if (outcome == AttemptOutcome.LocalFailure)
            {
                return;
            }
        }

        failures.Answers?.Add(outcome == AttemptOutcome.Success);
        if (Count(ref failures.Gateway, outcome is AttemptOutcome.GatewayError or AttemptOutcome.LocalFailure, _settings.GatewayFailures))
        {
            Eject(replica, "gateway failures");
        }

        if (Count(ref failures.Total, outcome != AttemptOutcome.Success, _settings.TotalFailures))
        {
            Eject(replica, "failures");
        }
    }

    /// <summary>Lets all come back and looks no more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _changed = null;
            _timer.Dispose();
            foreach (var replica in _replicas)
            {
                replica.Failures.CountRates(answers: false, locals: false);
            }
        }
    }

    private static bool Count(ref int inARow, bool isFailure, int? limit)
    {
        if (!isFailure)
        {
            if (Volatile.Read(ref inARow) != 0)
            {
                Volatile.Write(ref inARow, 0);
            }

            return false;
        }

        if (limit is null || Interlocked.Increment(ref inARow) < limit)
        {
            return false;
        }

        Volatile.Write(ref inARow, 0);
        return true;
    }

    private void Eject(UpstreamReplica replica, string reason)
    {
        lock (_lock)
        {
            if (!TryEject(replica, reason, _time.GetTimestamp()))
            {
                return;
            }

            Schedule(_time.GetTimestamp());
        }

        _changed?.Invoke();
    }

    private bool TryEject(UpstreamReplica replica, string reason, long now)
    {
        if (_isDisposed || replica.IsEjected || !_replicas.Contains(replica))
        {
            return false;
        }

        var left = _replicas.Count(r => !r.IsOut);
        if (left <= 1)
        {
            _events.Kept(_cluster, replica.Name, reason, "it is the last one");
            return false;
        }

        var ejected = _replicas.Count(r => r.IsEjected);
        if (ejected >= Math.Max(1, _replicas.Length * _settings.MaxEjectionPercent / 100))
        {
            _events.Kept(_cluster, replica.Name, reason, $"{ejected} of {_replicas.Length} are left out already (maxEjectionPercent {_settings.MaxEjectionPercent})");
            return false;
        }

        var failures = replica.Failures;
        failures.Growth++;
        var time = TimeSpan.FromTicks(Math.Min(_settings.BaseEjectionTime.Ticks * failures.Growth, _settings.MaxEjectionTime.Ticks));
        failures.OutUntil = now + Ticks(time);
        failures.Forget();
        var since = _time.GetUtcNow();
        replica.Ejection = new OutNote(reason, since, since + time);
        replica.IsEjected = true;
        _events.Ejected(_cluster, replica.Name, reason, time);
        return true;
    }

    private void Look()
    {
        var isChanged = false;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            var now = _time.GetTimestamp();
            var isTime = now >= _nextLook;
            foreach (var replica in _replicas)
            {
                if (replica.IsEjected && replica.Failures.OutUntil <= now)
                {
                    replica.IsEjected = false;
                    replica.Failures.Forget();
                    _events.Returned(_cluster, replica.Name);
                    isChanged = true;
                }
                else if (isTime && !replica.IsEjected && replica.Failures.Growth > 0)
                {
                    replica.Failures.Growth--;
                }
            }

            if (isTime)
            {
                isChanged |= Judge(static failures => failures.Answers, "", now);
                isChanged |= Judge(static failures => failures.Locals, " in getting an answer", now);
                _nextLook = now + Ticks(_settings.Interval);
            }

            Schedule(now);
        }

        if (isChanged)
        {
            _changed?.Invoke();
        }
    }

    private bool Judge(Func<FailureTally, RateCount?> which, string of, long now)
    {
        if (_settings.SuccessRate is null && _settings.FailurePercentage is null)
        {
            return false;
        }

        var rates = new List<OutlierRate>(_replicas.Length);
        foreach (var replica in _replicas)
        {
            if (which(replica.Failures)?.Take() is { } count)
            {
                rates.Add(new(replica, count.Successes, count.Failures));
            }
        }

        var isChanged = false;
        foreach (var (replica, reason) in OutlierRates.Outliers(rates, _settings))
        {
            isChanged |= TryEject(replica, reason + of, now);
        }

        return isChanged;
    }

    private void Schedule(long now)
    {
        if (_isDisposed)
        {
            return;
        }

        var next = _nextLook;
        foreach (var replica in _replicas)
        {
            if (replica.IsEjected)
            {
                next = Math.Min(next, replica.Failures.OutUntil);
            }
        }

        _timer.Change(next <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, next), System.Threading.Timeout.InfiniteTimeSpan);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
