using System.Collections.Immutable;
using System.Threading.Channels;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Store;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Server;

namespace Mesh.ControlPlane.Compilation;

/// <summary>
/// The short way of a replica that comes, goes or changes: its service's endpoint sets and nothing else. After a restart it waits until the replicas that were there have had the time to
/// come back.
/// </summary>
internal sealed partial class EndpointPublisher : BackgroundService
{
    private readonly SnapshotCache _cache;
    private readonly IReplicaSource _source;
    private readonly ExpectedReplicas _expected;
    private readonly ControlPlaneMetrics _metrics;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _time;
    private readonly ILogger<EndpointPublisher> _logger;
    private readonly Lock _lock = new();
    private readonly Channel<ImmutableArray<ServiceId>> _changes = Channel.CreateUnbounded<ImmutableArray<ServiceId>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<ServiceId, ImmutableArray<EndpointSet>> _published = [];
    private readonly HashSet<ServiceId> _settled = [];
    private MeshTopology? _topology;
    private bool _begun;
    private bool _complete;

    public EndpointPublisher(
        SnapshotCache cache,
        IReplicaSource source,
        ExpectedReplicas expected,
        ControlPlaneMetrics metrics,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        ILogger<EndpointPublisher> logger)
    {
        _cache = cache;
        _source = source;
        _expected = expected;
        _metrics = metrics;
        _lifetime = lifetime;
        _time = time;
        _logger = logger;
        source.Changed += services => _changes.Writer.TryWrite(services);
    }

    /// <summary>Publishes the endpoints of a topology, ahead of the snapshots that name its clusters.</summary>
    public void Publish(MeshTopology topology)
    {
        lock (_lock)
        {
            _topology = topology;
            PublishAll();
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var patience = _time.CreateTimer(_ => GiveUp(), null, _expected.Patience, Timeout.InfiniteTimeSpan);
        try
        {
            while (await _changes.Reader.WaitToReadAsync(stoppingToken))
            {
                // All that changed while the last was published is published once.
                var changed = new HashSet<ServiceId>();
                while (_changes.Reader.TryRead(out var services))
                {
                    changed.UnionWith(services);
                }

                lock (_lock)
                {
                    if (_begun)
                    {
                        Publish(changed.Select(service => (service, _source.Of(service))));
                    }
                    else
                    {
                        PublishAll();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
    }

    private void GiveUp()
    {
        lock (_lock)
        {
            if (!_source.IsComplete)
            {
                // Nothing is known at all: that is no reason to take every endpoint away.
                return;
            }

            if (!_complete && _topology is not null)
            {
                var missing = _expected.Names.Except(_source.Replicas.Select(ExpectedReplicas.NameOf));
                Log.ReplicasMissing(_logger, string.Join(", ", missing), _expected.Patience);
            }

            Complete();
            PublishAll();
        }
    }

    private void Complete()
    {
        if (!_complete)
        {
            _complete = true;
            _cache.MarkEndpointsComplete();
        }
    }

    private void PublishAll()
    {
        var replicas = _source.Replicas.ToLookup(r => r.Replica.Service);
        ServiceId[] services = [.. (_topology?.Services.Keys ?? []).Union(_published.Keys).Union(replicas.Select(r => r.Key))];
        Publish(services.Select(service => (service, replicas[service].ToImmutableArray())));
    }

    private void Publish(IEnumerable<(ServiceId Service, ImmutableArray<RegisteredReplica> Replicas)> services)
    {
        // What ends the process also ends the streams: that is not news about replicas.
        if (_topology is null || !_source.IsComplete || _lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return;
        }

        _begun = true;
        var (news, gone) = (new List<EndpointSet>(), new List<string>());
        foreach (var (service, replicas) in services)
        {
            _expected.Note(service, replicas);
            var (before, now) = (_published.GetValueOrDefault(service, []), Compile(service, replicas));
            news.AddRange(now.Except(before));
            gone.AddRange(before.Select(set => set.Cluster).Except(now.Select(set => set.Cluster), StringComparer.Ordinal));
            Keep(service, now);
        }

        var result = _cache.PublishEndpoints(news);
        var withdrawn = _cache.WithdrawEndpoints(gone);
        if (!result.Violations.IsEmpty)
        {
            Log.EndpointsRefused(_logger, string.Join("; ", result.Violations));
        }

        if (!_complete && _topology.Services.Keys.All(_settled.Contains))
        {
            Complete();
        }

        if (result.Changed || withdrawn)
        {
            _metrics.Published("endpoints");
        }

        if (!_complete)
        {
            // Who is still expected must not be forgotten by a second restart.
            return;
        }

        try
        {
            _expected.Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a restart would miss it.
            Log.NotSaved(_logger, e.Message);
        }
    }

    private ImmutableArray<EndpointSet> Compile(ServiceId id, ImmutableArray<RegisteredReplica> replicas) =>
        _topology!.Services.TryGetValue(id, out var service) && MaySpeakOf(id, replicas)
            ? EndpointCompiler.Compile(service, replicas.Where(r => !r.Draining).Select(r => r.Replica))
            : [];

    private void Keep(ServiceId service, ImmutableArray<EndpointSet> sets)
    {
        if (sets.IsEmpty)
        {
            _published.Remove(service);
        }
        else
        {
            _published[service] = sets;
        }
    }

    // A service can be spoken of once all of its replicas are back; one that is missing holds up no other service.
    private bool MaySpeakOf(ServiceId service, ImmutableArray<RegisteredReplica> replicas)
    {
        if (!_settled.Contains(service) && _expected.AreBack(service, replicas))
        {
            _settled.Add(service);
        }

        return _complete || _settled.Contains(service);
    }

    private static partial class Log
    {
        [LoggerMessage(2310, LogLevel.Warning, "Replicas that were there before the restart have not come back within {Patience}: {Replicas}.", EventName = nameof(ReplicasMissing))]
        public static partial void ReplicasMissing(ILogger logger, string replicas, TimeSpan patience);

        [LoggerMessage(2311, LogLevel.Error, "Endpoints break a rule of the wire and are left out: {Violations}", EventName = nameof(EndpointsRefused))]
        public static partial void EndpointsRefused(ILogger logger, string violations);

        [LoggerMessage(2312, LogLevel.Error, "The names of the replicas could not be saved for a restart: {Reason}", EventName = nameof(NotSaved))]
        public static partial void NotSaved(ILogger logger, string reason);
    }
}
