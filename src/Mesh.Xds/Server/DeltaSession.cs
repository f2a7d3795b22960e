using Envoy.Service.Discovery.V3;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>
/// The state machine of one delta stream: requests and changes go in, the next response comes out when one is due. Knows no transport, no clock, no lock;
/// its caller sees to it that one thing happens at a time.
/// </summary>
/// <remarks>
/// At most one response per type is unanswered. Additions of a type wait until those of the types before it were answered, so that a client is never sent
/// what refers to something it does not have; removals wait for everything.
/// </remarks>
internal sealed class DeltaSession(SnapshotCache cache, string profile, ICacheListener stream, IDeltaObserver observer)
{
    /// <summary>Above this many bytes of resources a response is split: gRPC receivers take 4 MiB unless told otherwise.</summary>
    private const int ResponseBytes = 2 * 1024 * 1024;

    private readonly Dictionary<string, TypeSubscription> _types = TypeUrls.InOrder.ToDictionary(url => url, url => new TypeSubscription(url));
    private readonly HashSet<string> _dirtyEndpoints = new(StringComparer.Ordinal);
    private readonly HashSet<string> _clustersSent = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toCheck = new(StringComparer.Ordinal);
    private ProfileSnapshot? _checked;
    private long _nonce;

    private TypeSubscription Endpoints => _types[TypeUrls.Endpoints];

    /// <summary>Takes a request.</summary>
    public void OnRequest(DeltaDiscoveryRequest request)
    {
        if (!_types.TryGetValue(request.TypeUrl, out var type))
        {
            observer.OnUnknownType(request.TypeUrl);
            return;
        }

        if (request.ResponseNonce.Length > 0 && request.ResponseNonce == type.Unanswered)
        {
            var version = type.UnansweredVersion;
            type.Answered(accepted: request.ErrorDetail is null);
            observer.OnAnswer(type.TypeUrl, version, request.ErrorDetail?.Message);
        }

        var isEndpoints = type == Endpoints;
        var (added, removed) = type.Update(request, isEndpoints ? _clustersSent : new HashSet<string>());
        _toCheck.Add(type.TypeUrl);
        if (isEndpoints)
        {
            Follow(request.ResourceNamesSubscribe, added, removed);
        }
    }

    /// <summary>Takes note of endpoint sets that changed.</summary>
    public void OnEndpoints(IEnumerable<string> clusters) => _dirtyEndpoints.UnionWith(clusters);

    /// <summary>The next response to send, or <see langword="null"/> if nothing is due now.</summary>
    public DeltaDiscoveryResponse? Next()
    {
        if (cache.Find(profile) is not { } snapshot)
        {
            return null;
        }

        if (snapshot != _checked)
        {
            // A set that did not change is the same object as before.
            _toCheck.UnionWith(TypeUrls.InOrder.Where(typeUrl => _checked is null || snapshot[typeUrl] != _checked[typeUrl]));
            _checked = snapshot;
        }

        foreach (var typeUrl in TypeUrls.InOrder)
        {
            var type = _types[typeUrl];
            if (type.Unanswered is not null)
            {
                return null;
            }

            if (type.Requested && Additions(type, snapshot) is var additions && (additions.Count > 0 || type.IsEmptyAnswerDue))
            {
                return Respond(type, snapshot, additions, []);
            }
        }

        foreach (var typeUrl in TypeUrls.InRemovalOrder.Where(url => url != TypeUrls.Endpoints && _toCheck.Contains(url)))
        {
            var type = _types[typeUrl];
            if (type.Requested && type.Removals(snapshot[typeUrl]).ToArray() is { Length: > 0 } removals)
            {
                return Respond(type, snapshot, [], removals);
            }

            if (_toCheck.Remove(typeUrl) && type.Requested)
            {
                observer.OnInSync(typeUrl, snapshot[typeUrl].Version);
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
        var lacking = type == Endpoints ? LackingEndpoints() : _toCheck.Contains(type.TypeUrl) ? type.Additions(snapshot[type.TypeUrl]) : [];
        var additions = new List<XdsResource>();
        var bytes = 0;
        foreach (var resource in lacking)
        {
            additions.Add(resource);
            bytes += resource.Body.Length;
            if (bytes >= ResponseBytes)
            {
                break;
            }
        }

        return additions;
    }

    private IEnumerable<XdsResource> LackingEndpoints()
    {
        foreach (var cluster in _dirtyEndpoints.ToArray())
        {
            // Without a published set nothing is said; the cache tells when there is one.
            if (cache.FindEndpoints(cluster) is { } endpoints && Endpoints.Names.Contains(cluster) && Endpoints.Lacks(endpoints))
            {
                yield return endpoints;
            }
            else
            {
                _dirtyEndpoints.Remove(cluster);
            }
        }
    }

    private DeltaDiscoveryResponse Respond(TypeSubscription type, ProfileSnapshot snapshot, List<XdsResource> additions, string[] removals)
    {
        var nonce = (++_nonce).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var version = type == Endpoints ? ResourceSet.VersionOf(additions) : snapshot[type.TypeUrl].Version;
        if (type.TypeUrl == TypeUrls.Cluster)
        {
            ResendEndpoints(additions);
        }

        type.Sending(nonce, version, additions, removals);
        observer.OnSent(type.TypeUrl, version);
        var response = new DeltaDiscoveryResponse { TypeUrl = type.TypeUrl, Nonce = nonce, SystemVersionInfo = version };
        response.Resources.AddRange(additions.Select(resource => resource.ToMessage()));
        response.RemovedResources.AddRange(removals);
        return response;
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
