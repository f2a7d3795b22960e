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
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private readonly HashSet<ServiceId> _settled = [];
    private MeshTopology? _topology;
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
        source.Changed += () => _signals.Writer.TryWrite(true);
    }

    /// <summary>Publishes the endpoints of a topology, ahead of the snapshots that name its clusters.</summary>
    public void Publish(MeshTopology topology)
    {
        lock (_lock)
        {
            _topology = topology;
            Publish();
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var patience = _time.CreateTimer(_ => GiveUp(), null, _expected.Patience, Timeout.InfiniteTimeSpan);
        try
        {
            while (true)
            {
                await _signals.Reader.ReadAsync(stoppingToken);
                lock (_lock)
                {
                    Publish();
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
            Publish();
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

    private void Publish()
    {
        // What ends the process also ends the streams: that is not news about replicas.
        if (_topology is null || !_source.IsComplete || _lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return;
        }

        var replicas = _source.Replicas;
        Settle(replicas);
        var usable = replicas.Where(r => !r.Draining).ToLookup(r => r.Replica.Service, r => r.Replica);
        var sets = _topology.Services.Values
            .Where(service => _complete || _settled.Contains(service.Id))
            .SelectMany(service => EndpointCompiler.Compile(service, usable[service.Id]))
            .ToDictionary(set => set.Cluster, StringComparer.Ordinal);
        var gone = _published.Except(sets.Keys).ToArray();
        var result = _cache.PublishEndpoints([.. sets.Values, .. gone.Select(cluster => new EndpointSet(cluster, []))]);
        if (!result.Violations.IsEmpty)
        {
            Log.EndpointsRefused(_logger, string.Join("; ", result.Violations));
        }

        _published.ExceptWith(gone);
        _published.UnionWith(sets.Keys);
        if (_topology.Services.Keys.All(_settled.Contains))
        {
            Complete();
        }

        if (result.Changed)
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
            _expected.Save(replicas);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a restart would miss it.
            Log.NotSaved(_logger, e.Message);
        }
    }

    // A service can be spoken of once all of its replicas are back; one that is missing holds up no other service.
    private void Settle(ImmutableArray<RegisteredReplica> replicas)
    {
        var present = replicas.Select(ExpectedReplicas.NameOf).ToHashSet(StringComparer.Ordinal);
        foreach (var service in _topology!.Services.Keys.Where(id => !_settled.Contains(id)))
        {
            if (_expected.Names.Where(name => name.StartsWith($"{service}#", StringComparison.Ordinal)).All(present.Contains))
            {
                _settled.Add(service);
            }
        }
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
