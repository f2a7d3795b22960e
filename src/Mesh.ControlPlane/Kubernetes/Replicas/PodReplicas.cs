using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Kubernetes.Replicas;

/// <summary>
/// The pods of the served namespaces as replicas: every control plane knows all of them, whichever of them a sidecar speaks to. A pod whose containers are ready serves every port of its service;
/// one that is being deleted takes no new work. What a sidecar that is connected here says of itself, its version and its certificate's end, is shown beside.
/// </summary>
internal sealed partial class PodReplicas(
    KubernetesApi api,
    KubernetesSettings cluster,
    ConfigurationStore store,
    UnreadSources unread,
    ReplicaRegistry registered,
    NodeZones zones,
    SnapshotCache cache,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService, IReplicaSource
{
    /// <summary>The mesh door of every pod.</summary>
    private const int MeshDoor = 15006;

    private readonly ILogger _logger = loggers.CreateLogger<PodReplicas>();
    private readonly Lock _lock = new();

    // Written under the lock; read without it, for every stream asks for its zone whenever something may be due to it.
    private readonly ConcurrentDictionary<(string Namespace, string Name), Pod> _pods = new();
    private int _unlisted = cluster.Namespaces.Length;

    /// <inheritdoc />
    public event Action<ImmutableArray<ServiceId>>? Changed;

    /// <inheritdoc />
    public bool IsComplete
    {
        get
        {
            lock (_lock)
            {
                return _unlisted == 0;
            }
        }
    }

    /// <inheritdoc />
    public ImmutableArray<RegisteredReplica> Replicas
    {
        get
        {
            var ports = store.Current.InForce.OfType<ServiceResource>().ToDictionary(s => s.Id, PortsOf);
            var details = registered.Replicas.ToDictionary(r => (r.Replica.Service, r.Replica.Name));
            return
            [
                .. Pods
                    .Select(p => Replica(p, ports.GetValueOrDefault(p.Service, []), details.GetValueOrDefault((p.Service, p.Name))))
                    .OrderBy(r => r.Replica.Service)
                    .ThenBy(r => r.Replica.Name, StringComparer.Ordinal),
            ];
        }
    }

    // Those that are replicas.
    private IEnumerable<Pod> Pods => _pods.Select(p => p.Value).Where(p => p is { IsOver: false, Address: not null } && p.Account == p.Service.Name);

    /// <inheritdoc />
    public ImmutableArray<RegisteredReplica> Of(ServiceId service)
    {
        var ports = store.Current.InForce.OfType<ServiceResource>().FirstOrDefault(s => s.Id == service) is { } declared ? PortsOf(declared) : [];
        var details = registered.Of(service).ToDictionary(r => r.Replica.Name, StringComparer.Ordinal);
        return [.. Pods.Where(p => p.Service == service).OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => Replica(p, ports, details.GetValueOrDefault(p.Name)))];
    }

    /// <inheritdoc />
    public string ZoneOf(ServiceId service, string replica) =>
        _pods.TryGetValue((service.Namespace, replica), out var pod) && pod.Service == service ? ZoneOf(pod) : "";

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(cluster.Namespaces.Select(space =>
        new ObjectWatch(api, ObjectPath.Pods(space), $"labelSelector={Uri.EscapeDataString(Pod.ServiceLabel)}", new Sink(this, space), time, loggers.CreateLogger<ObjectWatch>()).RunAsync(stoppingToken)).Append(zones.RunAsync(OnZone, stoppingToken)));

    private static ImmutableSortedSet<string> PortsOf(ServiceResource service) => service.Ports.Select(p => p.Name).ToImmutableSortedSet(StringComparer.Ordinal);

    private string ZoneOf(Pod pod) => pod.Zone.Length > 0 ? pod.Zone : zones.Of(pod.Node);

    private RegisteredReplica Replica(Pod pod, ImmutableSortedSet<string> ports, RegisteredReplica? details) => new(
        new Replica
        {
            Service = pod.Service,
            Name = pod.Name,
            Address = pod.Address!,
            Port = MeshDoor,
            ReadyPorts = pod.IsReady && !pod.IsEnding ? ports : [],
            Zone = ZoneOf(pod),
        },
        pod.IsEnding,
        details?.CertificateNotAfter,
        details?.ProxyVersion ?? "",
        pod.Since)
    {
        Upstreams = details?.Upstreams ?? UpstreamReport.None,
    };

    private void Change(Action<News> change)
    {
        var news = new News();
        lock (_lock)
        {
            change(news);
        }

        if (news.Changed.Count > 0 || news.IsListed)
        {
            Tell(news.Changed, news.Moved);
        }
    }

    private void NotRead(string space, string reason) => unread.Add(ObjectPath.Pods(space).ToString(), reason);

    private void Read(string space) => unread.Remove(ObjectPath.Pods(space).ToString());

    private void OnZone(string node)
    {
        HashSet<ServiceId> there = [.. _pods.Select(p => p.Value).Where(p => p.Node == node && p.Zone.Length == 0).Select(p => p.Service)];
        Tell(there, there);
    }

    private void Tell(IEnumerable<ServiceId> changed, IEnumerable<ServiceId> moved)
    {
        Changed?.Invoke([.. changed]);

        // A pod that came, or its zone, may be that of a sidecar which is connected already.
        foreach (var profile in from service in moved from kind in Enum.GetValues<ClientKind>() select ForeignProfiles.NameOf(service, kind))
        {
            cache.LookAgain(profile);
        }
    }

    private void Take(string space, JsonObject found, News news)
    {
        var key = (space, found.Name());
        var before = _pods.GetValueOrDefault(key);
        if (Pod.Read(found, space) is not { } pod)
        {
            Drop(key, news);
            return;
        }

        if (pod == before)
        {
            return;
        }

        _pods[key] = pod;
        if (before is null || before.Service != pod.Service || ZoneOf(before) != ZoneOf(pod))
        {
            news.Moved.Add(pod.Service);
        }

        if (before is not null)
        {
            news.Changed.Add(before.Service);
        }

        news.Changed.Add(pod.Service);
        if (pod.Zone.Length == 0 && pod.Node.Length > 0 && pod.Node != before?.Node)
        {
            zones.Want(pod.Node);
        }

        if (pod.Account != pod.Service.Name)
        {
            if (before?.Account != pod.Account)
            {
                // Its sidecar gets another identity, so nobody who means the service would talk to it.
                Log.PodOfAnotherAccount(_logger, pod.Name, pod.Service, pod.Account);
            }
        }
        else
        {
            Log.PodChanged(_logger, pod.Service, pod.Name, pod.Address, pod.IsReady, pod.IsEnding);
        }
    }

    private void Drop((string Namespace, string Name) key, News news)
    {
        if (_pods.TryRemove(key, out var gone))
        {
            news.Changed.Add(gone.Service);
        }
    }

    private sealed class Sink(PodReplicas replicas, string space) : IObjectSink
    {
        private bool _listed;

        public void Fail(string reason)
        {
            if (!_listed)
            {
                replicas.NotRead(space, reason);
            }
        }

        public void Replace(IReadOnlyList<JsonObject> all) => replicas.Change(news =>
        {
            var names = all.Select(o => o.Name()).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in replicas._pods.Keys.Where(k => k.Namespace == space && !names.Contains(k.Name)).ToArray())
            {
                replicas.Drop(gone, news);
            }

            foreach (var pod in all)
            {
                replicas.Take(space, pod, news);
            }

            if (!_listed)
            {
                _listed = true;
                replicas._unlisted--;
                replicas.Read(space);
                news.IsListed = true;
            }
        });

        public void Put(JsonObject changed) => replicas.Change(news => replicas.Take(space, changed, news));

        public void Remove(JsonObject gone) => replicas.Change(news => replicas.Drop((space, gone.Name()), news));
    }

    // The services of pods that changed, and of those whose sidecar's zone became another one; and whether all pods of a namespace became known.
    private sealed class News
    {
        public HashSet<ServiceId> Changed { get; } = [];

        public HashSet<ServiceId> Moved { get; } = [];

        public bool IsListed { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(2620, LogLevel.Information, "{Service} has pod {Pod} at {Address}; ready: {Ready}, ending: {Ending}.", EventName = nameof(PodChanged))]
        public static partial void PodChanged(ILogger logger, ServiceId service, string pod, string? address, bool ready, bool ending);

        [LoggerMessage(2621, LogLevel.Warning, "Pod {Pod} is labelled as {Service} but runs as ServiceAccount {Account}, which is another identity; it is no replica. Give it the ServiceAccount of the service's name.", EventName = nameof(PodOfAnotherAccount))]
        public static partial void PodOfAnotherAccount(ILogger logger, string pod, ServiceId service, string account);
    }
}
