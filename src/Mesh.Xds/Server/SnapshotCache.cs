using System.Collections.Concurrent;
using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Proxyless;
using Mesh.Xds.Validation;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>
/// What is served: one immutable snapshot per profile, and one endpoint set per cluster shared by all profiles. Publishing swaps references and touches only
/// the streams that it concerns. Nothing is answered for a profile before its first snapshot: an empty answer after a restart would wipe every client.
/// </summary>
public sealed class SnapshotCache
{
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<string, ProfileSnapshot> _profiles = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, XdsResource> _endpoints = new(StringComparer.Ordinal)
    {
        [ProxylessClusters.NoBackendName] = SnapshotCodec.Encode(new EndpointSet(ProxylessClusters.NoBackendName, [])),
    };
    private readonly ConcurrentDictionary<string, EndpointSet> _sets = new(StringComparer.Ordinal);
    private readonly FormedEndpoints _formed = new();
    private readonly SubscriberIndex _streams = new();
    private readonly SubscriberIndex _subscribers = new();
    private volatile bool _endpointsComplete;

    /// <summary>Serves a snapshot to all streams of a profile, present and future, unless it breaks a rule.</summary>
    /// <param name="profile">The profile's name, as the <see cref="IStreamAuthorizer"/> gives it to streams.</param>
    /// <param name="snapshot">The whole of it.</param>
    /// <param name="keepGone">Whether what is gone stays as a tombstone; for foreign clients that do not pick up what comes back.</param>
    public PublishResult Publish(string profile, ProxySnapshot snapshot, bool keepGone = false) => Publish(profile, PreparedSnapshot.Of(profile, snapshot), keepGone);

    /// <summary>Serves a snapshot that was encoded and checked before.</summary>
    /// <param name="profile">The profile's name, as the <see cref="IStreamAuthorizer"/> gives it to streams.</param>
    /// <param name="snapshot">The whole of it.</param>
    /// <param name="keepGone">Whether what is gone stays as a tombstone; for foreign clients that do not pick up what comes back.</param>
    public PublishResult Publish(string profile, PreparedSnapshot snapshot, bool keepGone = false)
    {
        if (!snapshot.Violations.IsEmpty)
        {
            return new(Changed: false, snapshot.Violations);
        }

        lock (_writing)
        {
            var previous = _profiles.GetValueOrDefault(profile);
            var next = ProfileSnapshot.Of(snapshot.Built, previous, keepGone);
            if (next.Same(previous))
            {
                return new(Changed: false, []);
            }

            _profiles[profile] = next;
        }

        foreach (var stream in _streams.Of(profile))
        {
            stream.OnSnapshot();
        }

        return new(Changed: true, []);
    }

    /// <summary>
    /// Serves endpoint sets to whoever subscribes to their clusters. Sets that are not named stay; a set that breaks a rule is left out and reported. Clusters whose service is gone
    /// are withdrawn (<see cref="WithdrawEndpoints"/>).
    /// </summary>
    public PublishResult PublishEndpoints(params IEnumerable<EndpointSet> sets) => PublishEndpoints([.. sets.Select(PreparedSnapshot.Of)]);

    /// <summary>Serves endpoint sets that were encoded and checked before, each one resource or violations.</summary>
    internal PublishResult PublishEndpoints(PreparedSnapshot[] sets)
    {
        var violations = ImmutableArray.CreateBuilder<XdsViolation>();
        var changed = new List<string>();
        lock (_writing)
        {
            foreach (var prepared in sets)
            {
                violations.AddRange(prepared.Violations);
                if (prepared.Violations.IsEmpty && prepared.Built.Resources is [var resource] && (IsNew(resource) | IsNew(resource.Name, prepared.Endpoints)))
                {
                    changed.Add(resource.Name);
                }
            }
        }

        Notify(changed);
        return new(changed.Count > 0, violations.ToImmutable());
    }

    /// <summary>
    /// Forgets the endpoint sets of clusters that are no more. Whoever still subscribes is told that there are no replicas, as of every cluster without a set, once
    /// <see cref="MarkEndpointsComplete"/> was called.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    public bool WithdrawEndpoints(IEnumerable<string> clusters)
    {
        var gone = new List<string>();
        lock (_writing)
        {
            foreach (var cluster in clusters)
            {
                if (_endpoints.TryRemove(cluster, out _) | _sets.TryRemove(cluster, out _))
                {
                    gone.Add(cluster);
                }
            }
        }

        Notify(gone);
        return gone.Count > 0;
    }

    /// <summary>
    /// Says that every replica that is there has had the time to register. Until then a cluster without a published set is not answered, so that a restarted
    /// control plane takes no replica from anyone; from then on it has no replicas.
    /// </summary>
    public void MarkEndpointsComplete()
    {
        _endpointsComplete = true;
        Notify(_subscribers.Keys.Where(cluster => !_endpoints.ContainsKey(cluster)));
    }

    /// <summary>Has the streams of a profile look whether something is due to them, because where one of its clients is may have become known.</summary>
    public void LookAgain(string profile)
    {
        foreach (var stream in _streams.Of(profile))
        {
            stream.OnSnapshot();
        }
    }

    /// <summary>The content hash of what a profile is served of one type; <see langword="null"/> before its first snapshot.</summary>
    public string? VersionOf(string profile, string typeUrl) => Find(profile)?[typeUrl].Version;

    /// <summary>Every resource a profile is served, with the endpoints of its clusters that are known: for dumps and for state directories.</summary>
    public ImmutableArray<XdsResource> ResourcesOf(string profile)
    {
        if (Find(profile) is not { } snapshot)
        {
            return [];
        }

        var clusters = snapshot[TypeUrls.Cluster].ByName.Keys;
        return
        [
            .. TypeUrls.InOrder.SelectMany(typeUrl => snapshot[typeUrl].ByName.Values),
            .. clusters.Select(FindEndpoints).OfType<XdsResource>(),
        ];
    }

    /// <summary>The names of what a profile is served of one type; none before its first snapshot.</summary>
    public IEnumerable<string> NamesOf(string profile, string typeUrl) => Find(profile)?[typeUrl].ByName.Keys ?? [];

    /// <summary>How many endpoint sets are kept.</summary>
    internal int EndpointSets => _endpoints.Count;

    /// <summary>How many names are listened to, by whatever stream.</summary>
    internal int ListenedTo => _streams.Keys.Count() + _subscribers.Keys.Count();

    internal ProfileSnapshot? Find(string profile) => _profiles.GetValueOrDefault(profile);

    internal XdsResource? FindEndpoints(string cluster) =>
        _endpoints.TryGetValue(cluster, out var found) ? found : _endpointsComplete ? SnapshotCodec.Encode(new EndpointSet(cluster, [])) : null;

    /// <summary>The endpoints of a cluster as a profile may see them; <see langword="null"/>: nothing may or can be said of it.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="zone">Where the client is, or empty.</param>
    internal XdsResource? FindEndpoints(ProfileSnapshot profile, string cluster, string zone = "")
    {
        if (!profile.Knows(cluster))
        {
            return null;
        }

        if (profile.IsGone(cluster))
        {
            return SnapshotCodec.Encode(new EndpointSet(cluster, []));
        }

        return profile.FormOf(cluster) is { } form && _sets.TryGetValue(cluster, out var set) ? _formed.Get(set, zone, form) : FindEndpoints(cluster);
    }

    internal void Attach(string profile, ICacheListener stream) => _streams.Add(profile, stream);

    internal void Detach(string profile, ICacheListener stream) => _streams.Remove(profile, stream);

    internal void Subscribe(string cluster, ICacheListener stream) => _subscribers.Add(cluster, stream);

    internal void Unsubscribe(string cluster, ICacheListener stream) => _subscribers.Remove(cluster, stream);

    private bool IsNew(XdsResource resource)
    {
        if (_endpoints.GetValueOrDefault(resource.Name)?.Version == resource.Version)
        {
            return false;
        }

        _endpoints[resource.Name] = resource;
        return true;
    }

    private bool IsNew(string cluster, EndpointSet? set)
    {
        if (set is null)
        {
            return _sets.TryRemove(cluster, out _);
        }

        if (_sets.TryGetValue(cluster, out var before) && before.Equals(set))
        {
            return false;
        }

        _sets[cluster] = set;
        return true;
    }

    private void Notify(IEnumerable<string> clusters)
    {
        foreach (var cluster in clusters)
        {
            foreach (var stream in _subscribers.Of(cluster))
            {
                stream.OnEndpoints(cluster);
            }
        }
    }
}
