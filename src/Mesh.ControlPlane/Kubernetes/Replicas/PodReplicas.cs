using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.ControlPlane.Kubernetes.Wire;
using Mesh.ControlPlane.Store;
using Mesh.Model.Bootstrap;
using Mesh.Model.Resources;
using Mesh.Model.Topology;
using Mesh.Xds.Server;

namespace Mesh.ControlPlane.Kubernetes.Replicas;

/// <summary>
/// The pods of the served namespaces as replicas: every control plane knows all of them, whichever of them a sidecar speaks to. A pod whose containers are ready serves every port of its service;
/// one that is being deleted takes no new work. What a sidecar that is connected here says of itself, its version and its certificate's end, is shown beside.
/// </summary>
internal sealed partial class PodReplicas(
    KubernetesApi api, KubernetesSettings cluster, ConfigurationStore store, ReplicaRegistry registered, NodeZones zones, SnapshotCache cache, TimeProvider time, ILoggerFactory loggers) : BackgroundService, IReplicaSource
{
    /// <summary>The mesh door of every pod.</summary>
    private const int MeshDoor = 15006;

    private readonly ILogger _logger = loggers.CreateLogger<PodReplicas>();
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Namespace, string Name), Pod> _pods = [];
    private int _unlisted = cluster.Namespaces.Length;

    /// <inheritdoc />
    public event Action? Changed;

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
            Pod[] pods;
            lock (_lock)
            {
                pods = [.. _pods.Values.Where(p => p is { IsOver: false, Address: not null } && p.Account == p.Service.Name)];
            }

            var ports = store.Current.InForce.OfType<ServiceResource>().ToDictionary(s => s.Id, s => s.Ports.Select(p => p.Name).ToImmutableSortedSet(StringComparer.Ordinal));
            var details = registered.Replicas.ToDictionary(r => (r.Replica.Service, r.Replica.Name));
            return
            [
                .. pods
                    .Select(p => Replica(p, ports.GetValueOrDefault(p.Service, []), details.GetValueOrDefault((p.Service, p.Name))))
                    .OrderBy(r => r.Replica.Service)
                    .ThenBy(r => r.Replica.Name, StringComparer.Ordinal),
            ];
        }
    }

    /// <inheritdoc />
    public string ZoneOf(ServiceId service, string replica)
    {
        lock (_lock)
        {
            return _pods.TryGetValue((service.Namespace, replica), out var pod) && pod.Service == service ? ZoneOf(pod) : "";
        }
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(cluster.Namespaces.Select(space =>
        new ObjectWatch(api, ObjectPath.Pods(space), $"labelSelector={Uri.EscapeDataString(Pod.ServiceLabel)}", new Sink(this, space), time, loggers.CreateLogger<ObjectWatch>()).RunAsync(stoppingToken)).Append(zones.RunAsync(OnChanged, stoppingToken)));

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

    private void Change(Func<bool> change)
    {
        bool changed;
        lock (_lock)
        {
            changed = change();
        }

        if (changed)
        {
            OnChanged();
        }
    }

    private void OnChanged()
    {
        Changed?.Invoke();

        // A pod that came, or its zone, may be that of a sidecar which is connected already.
        cache.LookAgain();
    }

    private bool Take(string space, JsonObject found)
    {
        var key = (space, found.Name());
        var before = _pods.GetValueOrDefault(key);
        if (Pod.Read(found, space) is not { } pod)
        {
            return _pods.Remove(key);
        }

        if (pod == before)
        {
            return false;
        }

        _pods[key] = pod;
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

        return true;
    }

    private sealed class Sink(PodReplicas replicas, string space) : IObjectSink
    {
        private bool _listed;

        public void Replace(IReadOnlyList<JsonObject> all) => replicas.Change(() =>
        {
            var names = all.Select(o => o.Name()).ToHashSet(StringComparer.Ordinal);
            var changed = !_listed;
            foreach (var gone in replicas._pods.Keys.Where(k => k.Namespace == space && !names.Contains(k.Name)).ToArray())
            {
                changed |= replicas._pods.Remove(gone);
            }

            foreach (var pod in all)
            {
                changed |= replicas.Take(space, pod);
            }

            replicas._unlisted -= _listed ? 0 : 1;
            _listed = true;
            return changed;
        });

        public void Put(JsonObject changed) => replicas.Change(() => replicas.Take(space, changed));

        public void Remove(JsonObject gone) => replicas.Change(() => replicas._pods.Remove((space, gone.Name())));
    }

    private static partial class Log
    {
        [LoggerMessage(2620, LogLevel.Information, "{Service} has pod {Pod} at {Address}; ready: {Ready}, ending: {Ending}.", EventName = nameof(PodChanged))]
        public static partial void PodChanged(ILogger logger, ServiceId service, string pod, string? address, bool ready, bool ending);

        [LoggerMessage(2621, LogLevel.Warning, "Pod {Pod} is labelled as {Service} but runs as ServiceAccount {Account}, which is another identity; it is no replica. Give it the ServiceAccount of the service's name.", EventName = nameof(PodOfAnotherAccount))]
        public static partial void PodOfAnotherAccount(ILogger logger, string pod, ServiceId service, string account);
    }
}
