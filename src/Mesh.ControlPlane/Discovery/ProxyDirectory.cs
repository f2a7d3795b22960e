using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Store;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Discovery;

/// <summary>Every sidecar that is registered or connected.</summary>
internal sealed class ProxyDirectory
{
    private static readonly ImmutableDictionary<string, string> Nothing = ImmutableDictionary<string, string>.Empty;

    private readonly IReplicaSource _source;
    private readonly StreamRegistry _streams;
    private readonly SnapshotCache _cache;
    private readonly ConcurrentDictionary<(long Stream, string Type), string> _refusals = [];
    private volatile StreamStatus[] _elsewhere = [];
    private volatile FrozenDictionary<(ServiceId Service, string Replica), UpstreamReport> _reportsElsewhere = FrozenDictionary<(ServiceId Service, string Replica), UpstreamReport>.Empty;

    public ProxyDirectory(IReplicaSource source, StreamRegistry streams, SnapshotCache cache, ControlPlaneMetrics metrics)
    {
        _source = source;
        _streams = streams;
        _cache = cache;
        metrics.ObserveReplicas(() => source.Replicas.Length);
        metrics.ObserveLeftOut(() => source.Replicas.Sum(replica => replica.Upstreams.LeftOut.Length + replica.Upstreams.More));
        metrics.ObserveProxies(() => streams.Streams.Count(stream => stream.Kind == ClientKind.Mesh));
        metrics.ObserveClients(() => streams.Streams.Where(stream => stream.Kind != ClientKind.Mesh).CountBy(stream => stream.Kind.ToWord()));
        streams.Changed += status => Count(status, metrics);
        streams.Closed += status =>
        {
            foreach (var type in status.Types.Keys)
            {
                _refusals.TryRemove((status.Id, type), out _);
            }
        };
    }

    /// <summary>Streams of sidecars with other replicas of the control plane, as those said last.</summary>
    public IReadOnlyCollection<StreamStatus> Elsewhere
    {
        get => _elsewhere;
        set => _elsewhere = [.. value];
    }

    /// <summary>What those sidecars say of the replicas that they call.</summary>
    public IEnumerable<((ServiceId Service, string Replica) Sidecar, UpstreamReport Report)> ReportsElsewhere
    {
        set => _reportsElsewhere = value.GroupBy(r => r.Sidecar, r => r.Report).ToFrozenDictionary(r => r.Key, r => r.Last());
    }

    /// <summary>All of them, by service and replica.</summary>
    public ImmutableArray<ProxyView> Proxies
    {
        get
        {
            var views = _source.Replicas.ToDictionary(r => (r.Replica.Service, r.Replica.Name), r => new ProxyView(r.Replica.Service, r.Replica.Name, r, null, Nothing)
            {
                Upstreams = r.Upstreams != UpstreamReport.None ? r.Upstreams : _reportsElsewhere.GetValueOrDefault((r.Replica.Service, r.Replica.Name), UpstreamReport.None),
            });

            // One that has just come from another replica of the control plane is in both lists for a moment: this one's is newer than what the other one said.
            foreach (var stream in _elsewhere.Concat(_streams.Streams.Where(s => s.Kind == ClientKind.Mesh).OrderBy(s => s.ConnectedAt)))
            {
                if (NodeId.TryParse(stream.NodeId, out var node) && node.Identity.TryGetService(out var service))
                {
                    // Of two streams of one sidecar the newer one speaks for it; the older one is about to end.
                    var key = (service, node.Replica);
                    views[key] = views.TryGetValue(key, out var view) ? view with { Stream = stream, Wanted = Wanted(stream) } : new ProxyView(service, node.Replica, null, stream, Wanted(stream));
                }
            }

            return [.. views.Values.OrderBy(v => v.Service).ThenBy(v => v.Replica, StringComparer.Ordinal)];
        }
    }

    /// <summary>Every connected client that is no sidecar of Mesh, by service and replica; one process may have several streams.</summary>
    public ImmutableArray<ProxyView> Clients =>
    [
        .. _streams.Streams
            .Where(stream => stream.Kind != ClientKind.Mesh)
            .Select(stream => NodeId.TryParse(stream.NodeId, out var node) && node.Identity.TryGetService(out var service)
                ? new ProxyView(service, node.Replica, null, stream, Wanted(stream))
                : null)
            .OfType<ProxyView>()
            .OrderBy(view => view.Service)
            .ThenBy(view => view.Replica, StringComparer.Ordinal)
            .ThenBy(view => view.Stream!.Id),
    ];

    /// <summary>The sidecars of one service.</summary>
    public IEnumerable<ProxyView> Of(ServiceId service) => Proxies.Where(p => p.Service == service);

    // Endpoint sets are sent one by one, so they have no version as a whole. A sidecar that is too old to ask for a type of which there is something for it is not current.
    private ImmutableDictionary<string, string> Wanted(StreamStatus stream) => TypeUrls.InOrder
        .Where(type => type != TypeUrls.Endpoints)
        .Select(type => (type, version: _cache.VersionOf(stream.Profile, type)))
        .Where(w => w.version is not null && ((stream.Kind == ClientKind.Mesh && (w.type == TypeUrls.Listener || _cache.NamesOf(stream.Profile, w.type).Any())) || stream.Types.ContainsKey(w.type)))
        .ToImmutableDictionary(w => w.type, w => w.version!);

    private void Count(StreamStatus status, ControlPlaneMetrics metrics)
    {
        foreach (var (type, state) in status.Types)
        {
            if (state is { Error: not null, RefusedVersion: { } version } && !(_refusals.TryGetValue((status.Id, type), out var known) && known == version))
            {
                _refusals[(status.Id, type)] = version;
                metrics.Nack(TypeUrls.ShortName(type));
            }
        }
    }
}
