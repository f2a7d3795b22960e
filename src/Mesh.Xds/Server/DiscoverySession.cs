using System.Globalization;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>
/// The state machine of one discovery stream: requests and changes go in, the next response comes out when one is due. Knows no transport, no clock, no lock;
/// its caller sees to it that one thing happens at a time. What the two variants of the protocol say differently is left to the derived classes.
/// </summary>
/// <remarks>
/// At most one response per type is unanswered. Additions of a type wait until those of the types before it were answered, so that a client is never sent
/// what refers to something it does not have; removals wait for everything. What a client refuses it has as it was: so nothing is taken from it, until it accepts, to
/// which the one before may lead.
/// </remarks>
internal abstract class DiscoverySession<TRequest, TResponse>(SnapshotCache cache, string profile, ICacheListener stream, ISessionObserver observer, Func<string>? zone)
    where TResponse : class
{
    /// <summary>Above this many bytes of resources a response is split: gRPC receivers take 4 MiB unless told otherwise.</summary>
    private const int ResponseBytes = 2 * 1024 * 1024;

    private static readonly HashSet<string> None = [];

    private readonly Dictionary<string, TypeSubscription> _types = TypeUrls.InOrder.ToDictionary(url => url, url => new TypeSubscription(url));
    private readonly HashSet<string> _dirtyEndpoints = new(StringComparer.Ordinal);
    private readonly HashSet<string> _clustersSent = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toCheck = new(StringComparer.Ordinal);

    /// <summary>Clusters that the profile has no more and the client still does, with the last snapshot that had them.</summary>
    private readonly Dictionary<string, ProfileSnapshot> _leaving = new(StringComparer.Ordinal);
    private ProfileSnapshot? _checked;
    private string _zone = zone?.Invoke() ?? "";
    private long _nonce;

    private TypeSubscription Endpoints => _types[TypeUrls.Endpoints];

    /// <summary>Takes a request.</summary>
    public abstract void OnRequest(TRequest request);

    /// <summary>Takes note of endpoint sets that changed.</summary>
    public void OnEndpoints(IEnumerable<string> clusters) => _dirtyEndpoints.UnionWith(clusters);

    /// <summary>The next response to send, or <see langword="null"/> if nothing is due now.</summary>
    public TResponse? Next()
    {
        if (cache.Find(profile) is not { } snapshot)
        {
            return null;
        }

        if (snapshot != _checked)
        {
            // A set that did not change is the same object as before.
            _toCheck.UnionWith(TypeUrls.InOrder.Where(typeUrl => _checked is null || snapshot[typeUrl] != _checked[typeUrl]));
            if (_checked is null || !snapshot.HasSameClusters(_checked))
            {
                // Endpoints may be told, or must no longer be, that did not change themselves.
                _dirtyEndpoints.UnionWith(Endpoints.Names);
                NoteLeaving(_checked, snapshot);
            }

            _checked = snapshot;
        }

        LookForZone();
        foreach (var typeUrl in TypeUrls.InOrder)
        {
            var type = _types[typeUrl];
            if (type.Unanswered is not null)
            {
                return null;
            }

            if (type.Requested)
            {
                Settle(type, snapshot);
                if (Additions(type, snapshot) is var additions && (additions.Count > 0 || type.IsEmptyAnswerDue))
                {
                    return Respond(type, snapshot, additions, []);
                }
            }
        }

        foreach (var typeUrl in TypeUrls.InRemovalOrder.Where(url => url != TypeUrls.Endpoints && _toCheck.Contains(url)))
        {
            var type = _types[typeUrl];
            if (MayBeLedTo(typeUrl, snapshot))
            {
                continue;
            }

            if (type.Requested && SaysWhatIsGone(type) && type.Removals(snapshot[typeUrl]).ToArray() is { Length: > 0 } removals)
            {
                return Respond(type, snapshot, [], removals);
            }

            if (_toCheck.Remove(typeUrl) && type.Requested)
            {
                observer.OnInSync(typeUrl, snapshot[typeUrl].Version);
            }

            if (typeUrl == TypeUrls.Cluster)
            {
                _leaving.Clear();
            }
        }

        return null;
    }

    /// <summary>Ends what the cache knows of the stream.</summary>
    public void End()
    {
        foreach (var cluster in Endpoints.Names)
        {
            cache.Unsubscribe(cluster, stream);
        }
    }

    /// <summary>What the stream has and wants of a type; <see langword="null"/> for a type that is not served.</summary>
    protected TypeSubscription? Find(string typeUrl)
    {
        if (_types.TryGetValue(typeUrl, out var type))
        {
            return type;
        }

        observer.OnUnknownType(typeUrl);
        return null;
    }

    /// <summary>Takes the word on the response that is unanswered.</summary>
    protected void OnAnswer(TypeSubscription type, string? error)
    {
        var version = type.UnansweredVersion;
        type.Answered(error);
        if (error is not null)
        {
            _dirtyEndpoints.UnionWith(Endpoints.Names.Where(_leaving.ContainsKey));
        }

        observer.OnAnswer(type.TypeUrl, version, error);
    }

    /// <summary>Takes what a request says about a subscription.</summary>
    /// <param name="type">The type.</param>
    /// <param name="subscribe">Names that are wanted, again where they already were.</param>
    /// <param name="unsubscribe">Names that are wanted no longer.</param>
    /// <param name="held">What a client that comes back has, by name.</param>
    protected void OnSubscription(TypeSubscription type, IReadOnlyCollection<string> subscribe, IEnumerable<string> unsubscribe, IEnumerable<KeyValuePair<string, string>> held)
    {
        var isEndpoints = type == Endpoints;
        var (added, removed) = type.Update(subscribe, unsubscribe, held.Where(resource => !(isEndpoints ? _clustersSent : None).Contains(resource.Key)));
        _toCheck.Add(type.TypeUrl);
        if (isEndpoints)
        {
            Follow(subscribe, added, removed);
        }
    }

    /// <summary>Takes what a client that comes back has, where that only can be said now that there is a snapshot.</summary>
    protected virtual void Settle(TypeSubscription type, ProfileSnapshot snapshot)
    {
    }

    /// <summary>Marks resources as held, except endpoints whose cluster was sent: those have to come again.</summary>
    protected void Hold(TypeSubscription type, IEnumerable<XdsResource> resources)
    {
        type.Hold(resources.Where(resource => type != Endpoints || !_clustersSent.Contains(resource.Name)));
        _toCheck.Add(type.TypeUrl);
    }

    /// <summary>What there is now of what a type's subscription names.</summary>
    protected IEnumerable<XdsResource> Wanted(TypeSubscription type, ProfileSnapshot snapshot) =>
        type == Endpoints ? type.Names.Select(cluster => EndpointsOf(cluster, snapshot)).OfType<XdsResource>() : type.Wanted(snapshot[type.TypeUrl]);

    /// <summary>Whether a client is told that a resource of the type is gone.</summary>
    protected abstract bool SaysWhatIsGone(TypeSubscription type);

    /// <summary>Whether a response may carry a part of what is due.</summary>
    protected abstract bool MaySplit(TypeSubscription type);

    /// <summary>Writes a response.</summary>
    /// <param name="type">The type, in which the response is already noted as sent.</param>
    /// <param name="snapshot">What is served.</param>
    /// <param name="additions">What the client lacks.</param>
    /// <param name="removals">What the client has or asked for and is not there.</param>
    protected abstract TResponse Write(TypeSubscription type, ProfileSnapshot snapshot, IReadOnlyList<XdsResource> additions, IReadOnlyList<string> removals);

    // A client that refuses a listener or a route table goes on with the one before, of which only the client knows where it leads.
    private bool MayBeLedTo(string typeUrl, ProfileSnapshot snapshot) => typeUrl switch
    {
        TypeUrls.Cluster => IsRefused(TypeUrls.Listener, snapshot) || IsRefused(TypeUrls.RouteTable, snapshot),
        TypeUrls.RouteTable => IsRefused(TypeUrls.Listener, snapshot),
        _ => false,
    };

    private bool IsRefused(string typeUrl, ProfileSnapshot snapshot) => _types[typeUrl].HasRefused(snapshot[typeUrl]);

    private void NoteLeaving(ProfileSnapshot? before, ProfileSnapshot now)
    {
        foreach (var cluster in before?[TypeUrls.Cluster].ByName.Keys ?? [])
        {
            _leaving[cluster] = before!;
        }

        foreach (var cluster in _leaving.Keys.Where(now.Knows).ToArray())
        {
            _leaving.Remove(cluster);
        }
    }

    private XdsResource? EndpointsOf(string cluster, ProfileSnapshot snapshot) =>
        cache.FindEndpoints(_leaving.TryGetValue(cluster, out var last) && MayBeLedTo(TypeUrls.Cluster, snapshot) ? last : snapshot, cluster, _zone);

    // Where the client is may become known after it came.
    private void LookForZone()
    {
        if (zone?.Invoke() is { } now && now != _zone)
        {
            _zone = now;
            _dirtyEndpoints.UnionWith(Endpoints.Names);
        }
    }

    private void Follow(IEnumerable<string> asked, IEnumerable<string> added, IEnumerable<string> removed)
    {
        foreach (var cluster in added)
        {
            cache.Subscribe(cluster, stream);
        }

        foreach (var cluster in removed)
        {
            cache.Unsubscribe(cluster, stream);
            _dirtyEndpoints.Remove(cluster);
        }

        _dirtyEndpoints.UnionWith(asked.Where(Endpoints.Names.Contains));
    }

    private List<XdsResource> Additions(TypeSubscription type, ProfileSnapshot snapshot)
    {
        var lacking = type == Endpoints ? LackingEndpoints(snapshot) : _toCheck.Contains(type.TypeUrl) ? type.Additions(snapshot[type.TypeUrl]) : [];
        var additions = new List<XdsResource>();
        var bytes = 0;
        foreach (var resource in lacking)
        {
            additions.Add(resource);
            bytes += resource.Body.Length;
            if (bytes >= ResponseBytes && MaySplit(type))
            {
                break;
            }
        }

        return additions;
    }

    private IEnumerable<XdsResource> LackingEndpoints(ProfileSnapshot snapshot)
    {
        foreach (var cluster in _dirtyEndpoints.ToArray())
        {
            // Without a published set nothing is said; the cache tells when there is one. Of clusters of others nothing is said ever.
            if (EndpointsOf(cluster, snapshot) is { } endpoints && Endpoints.Names.Contains(cluster) && Endpoints.Lacks(endpoints))
            {
                yield return endpoints;
            }
            else
            {
                _dirtyEndpoints.Remove(cluster);
            }
        }
    }

    private TResponse Respond(TypeSubscription type, ProfileSnapshot snapshot, List<XdsResource> additions, string[] removals)
    {
        var version = type == Endpoints ? ResourceSet.VersionOf(additions) : snapshot[type.TypeUrl].Version;
        if (type.TypeUrl == TypeUrls.Cluster)
        {
            ResendEndpoints(additions);
        }

        type.Sending((++_nonce).ToString(CultureInfo.InvariantCulture), version, additions, removals);
        observer.OnSent(type.TypeUrl, version);
        return Write(type, snapshot, additions, removals);
    }

    /// <summary>Envoy keeps a changed cluster waiting until its endpoints come again, even unchanged (envoyproxy/envoy#13009).</summary>
    private void ResendEndpoints(IEnumerable<XdsResource> clusters)
    {
        foreach (var cluster in clusters.Select(cluster => cluster.Name))
        {
            _clustersSent.Add(cluster);
            if (Endpoints.Names.Contains(cluster))
            {
                Endpoints.Forget(cluster);
                _dirtyEndpoints.Add(cluster);
            }
        }
    }
}
