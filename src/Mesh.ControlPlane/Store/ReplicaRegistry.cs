using System.Collections.Immutable;
using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// The replicas that are there: each for as long as its stream is open and heartbeats arrive. Nothing of it is kept on disk: after a restart the sidecars say it again.
/// </summary>
internal sealed partial class ReplicaRegistry : IReplicaSource, IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _expiry;
    private readonly ILogger<ReplicaRegistry> _logger;
    private readonly Dictionary<(ServiceId Service, string Name), Holding> _holdings = [];
    private readonly Dictionary<long, (ServiceId Service, string Name)> _names = [];
    private ImmutableArray<RegisteredReplica> _replicas = [];
    private long _lastHolder;

    public ReplicaRegistry(ControlPlaneSettings settings, TimeProvider time, ILogger<ReplicaRegistry> logger)
    {
        Lease = TimeSpan.FromSeconds(settings.LeaseSeconds);
        _time = time;
        _logger = logger;
        var period = TimeSpan.FromMilliseconds(Math.Max(100, Lease.TotalMilliseconds / 10));
        _expiry = time.CreateTimer(static registry => ((ReplicaRegistry)registry!).Expire(), this, period, period);
    }

    /// <inheritdoc />
    public event Action? Changed;

    /// <summary>How long a silent replica stays.</summary>
    public TimeSpan Lease { get; }

    /// <inheritdoc />
    public bool IsComplete => true;

    /// <inheritdoc />
    public string ZoneOf(ServiceId service, string replica) => "";

    /// <inheritdoc />
    public ImmutableArray<RegisteredReplica> Replicas
    {
        get
        {
            lock (_lock)
            {
                return _replicas;
            }
        }
    }

    /// <summary>Registers a replica for a stream. A stream that already holds the name loses it: the newer one is the restarted sidecar.</summary>
    public ReplicaLease Register(RegisteredReplica replica)
    {
        long holder;
        lock (_lock)
        {
            holder = ++_lastHolder;
            var name = (replica.Replica.Service, replica.Replica.Name);
            if (_holdings.TryGetValue(name, out var before))
            {
                _names.Remove(before.Holder);
            }

            _names[holder] = name;
            _holdings[name] = new Holding(holder, replica, _time.GetUtcNow() + Lease);
            Publish();
        }

        Log.ReplicaRegistered(_logger, replica.Replica.Service, replica.Replica.Name, replica.Replica.Address, replica.Replica.Port, string.Join(", ", replica.Replica.ReadyPorts));
        Changed?.Invoke();
        return new ReplicaLease(this, holder);
    }

    /// <inheritdoc />
    public void Dispose() => _expiry.Dispose();

    internal bool Renew(long holder, RegisteredReplica replica)
    {
        bool changed;
        lock (_lock)
        {
            if (!_names.TryGetValue(holder, out var name))
            {
                return false;
            }

            var before = _holdings[name].Replica;
            changed = !Equal(before, replica);
            _holdings[name] = new Holding(holder, replica with { Since = before.Since }, _time.GetUtcNow() + Lease);
            Publish();
        }

        if (changed)
        {
            Log.ReplicaChanged(_logger, replica.Replica.Service, replica.Replica.Name, string.Join(", ", replica.Replica.ReadyPorts), replica.Draining);
            Changed?.Invoke();
        }

        return true;
    }

    internal void Withdraw(long holder)
    {
        (ServiceId Service, string Name) name;
        lock (_lock)
        {
            if (!_names.Remove(holder, out name))
            {
                return;
            }

            _holdings.Remove(name);
            Publish();
        }

        Log.ReplicaWithdrawn(_logger, name.Service, name.Name);
        Changed?.Invoke();
    }

    private void Expire()
    {
        List<(ServiceId Service, string Name)> gone;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            gone = [.. _holdings.Where(h => h.Value.Until <= now).Select(h => h.Key)];
            foreach (var name in gone)
            {
                _names.Remove(_holdings[name].Holder);
                _holdings.Remove(name);
            }

            if (gone.Count > 0)
            {
                Publish();
            }
        }

        foreach (var (service, name) in gone)
        {
            Log.LeaseExpired(_logger, service, name, Lease);
        }

        if (gone.Count > 0)
        {
            Changed?.Invoke();
        }
    }

    private void Publish() => _replicas =
        [.. _holdings.Values.Select(h => h.Replica).OrderBy(r => r.Replica.Service).ThenBy(r => r.Replica.Name, StringComparer.Ordinal)];

    private static bool Equal(RegisteredReplica left, RegisteredReplica right) =>
        left.Draining == right.Draining
        && left.Replica.ReadyPorts.SetEquals(right.Replica.ReadyPorts)
        && (left.Replica with { ReadyPorts = [] }) == (right.Replica with { ReadyPorts = [] });

    private sealed record Holding(long Holder, RegisteredReplica Replica, DateTimeOffset Until);

    private static partial class Log
    {
        [LoggerMessage(2200, LogLevel.Information, "{Service} has replica {Replica} at {Address}:{Port}; ready: {ReadyPorts}.", EventName = nameof(ReplicaRegistered))]
        public static partial void ReplicaRegistered(ILogger logger, ServiceId service, string replica, string address, int port, string readyPorts);

        [LoggerMessage(2201, LogLevel.Information, "{Service} replica {Replica} changed; ready: {ReadyPorts}, draining: {Draining}.", EventName = nameof(ReplicaChanged))]
        public static partial void ReplicaChanged(ILogger logger, ServiceId service, string replica, string readyPorts, bool draining);

        [LoggerMessage(2202, LogLevel.Information, "{Service} replica {Replica} is gone.", EventName = nameof(ReplicaWithdrawn))]
        public static partial void ReplicaWithdrawn(ILogger logger, ServiceId service, string replica);

        [LoggerMessage(2203, LogLevel.Warning, "{Service} replica {Replica} was silent for its lease of {Lease} and is gone.", EventName = nameof(LeaseExpired))]
        public static partial void LeaseExpired(ILogger logger, ServiceId service, string replica, TimeSpan lease);
    }
}
