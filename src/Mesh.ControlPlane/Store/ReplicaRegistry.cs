using System.Collections.Immutable;
using Mesh.Model.Bootstrap;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// The replicas that are there: each for as long as its stream is open and heartbeats arrive. Nothing of it is kept on disk: after a restart the sidecars say it again.
/// </summary>
internal sealed partial class ReplicaRegistry : IReplicaSource, IDisposable
{
    /// <summary>Of one service: with names and zones of the greatest length their endpoints still fit the 4 MiB that gRPC clients take in one message unless told otherwise.</summary>
    public const int MaxReplicas = 4096;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _expiry;
    private readonly ILogger<ReplicaRegistry> _logger;
    private readonly SortedDictionary<ServiceId, SortedDictionary<string, Holding>> _holdings = [];
    private readonly Dictionary<long, (ServiceId Service, string Name)> _names = [];
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
    public event Action<ImmutableArray<ServiceId>>? Changed;

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
                return [.. _holdings.Values.SelectMany(service => service.Values).Select(holding => holding.Replica)];
            }
        }
    }

    /// <inheritdoc />
    public ImmutableArray<RegisteredReplica> Of(ServiceId service)
    {
        lock (_lock)
        {
            return _holdings.TryGetValue(service, out var replicas) ? [.. replicas.Values.Select(holding => holding.Replica)] : [];
        }
    }

    /// <summary>Registers a replica for a stream. A stream that already holds the name loses it: the newer one is the restarted sidecar.</summary>
    /// <exception cref="TooManyReplicasException">The service has <see cref="MaxReplicas"/> others.</exception>
    public ReplicaLease Register(RegisteredReplica replica)
    {
        long holder;
        var (service, name) = (replica.Replica.Service, replica.Replica.Name);
        lock (_lock)
        {
            if (!_holdings.TryGetValue(service, out var replicas))
            {
                _holdings[service] = replicas = new(StringComparer.Ordinal);
            }

            if (replicas.TryGetValue(name, out var before))
            {
                _names.Remove(before.Holder);
            }
            else if (replicas.Count == MaxReplicas)
            {
                throw new TooManyReplicasException(service);
            }

            holder = ++_lastHolder;
            _names[holder] = (service, name);
            replicas[name] = new Holding(holder, replica, _time.GetUtcNow() + Lease);
        }

        Log.ReplicaRegistered(_logger, service, name, replica.Replica.Address, replica.Replica.Port, string.Join(", ", replica.Replica.ReadyPorts));
        Changed?.Invoke([service]);
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

            var replicas = _holdings[name.Service];
            var before = replicas[name.Name].Replica;
            changed = !Equal(before, replica);
            replicas[name.Name] = new Holding(holder, replica with { Since = before.Since }, _time.GetUtcNow() + Lease);
        }

        if (changed)
        {
            Log.ReplicaChanged(_logger, replica.Replica.Service, replica.Replica.Name, string.Join(", ", replica.Replica.ReadyPorts), replica.Draining);
            Changed?.Invoke([replica.Replica.Service]);
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

            Remove(name);
        }

        Log.ReplicaWithdrawn(_logger, name.Service, name.Name);
        Changed?.Invoke([name.Service]);
    }

    private void Expire()
    {
        List<(ServiceId Service, string Name)> gone;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            gone = [.. from service in _holdings from replica in service.Value where replica.Value.Until <= now select (service.Key, replica.Key)];
            foreach (var name in gone)
            {
                _names.Remove(_holdings[name.Service][name.Name].Holder);
                Remove(name);
            }
        }

        foreach (var (service, name) in gone)
        {
            Log.LeaseExpired(_logger, service, name, Lease);
        }

        if (gone.Count > 0)
        {
            Changed?.Invoke([.. gone.Select(name => name.Service).Distinct()]);
        }
    }

    private void Remove((ServiceId Service, string Name) name)
    {
        var replicas = _holdings[name.Service];
        replicas.Remove(name.Name);
        if (replicas.Count == 0)
        {
            _holdings.Remove(name.Service);
        }
    }

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
