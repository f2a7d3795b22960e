using Envoy.Service.Discovery.V3;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>
/// State of the world: a request lists all that is wanted of a type, a response of listeners or clusters is all that there is of it, one of routes or
/// endpoints what is new. Versions are hashes of all that the client has of the type once it accepts, so that they mean the same to every process.
/// </summary>
/// <remarks>
/// A listener or cluster that is gone is in the responses that bring something new, until everything that refers to it was replaced; then it is left out.
/// A refused response is not sent again; the next one, which is due when something in it changes, carries the newest of everything, never something older:
/// a permission that was revoked must not come back because of an unrelated mistake.
/// </remarks>
internal sealed class StateSession(SnapshotCache cache, string profile, ICacheListener stream, ISessionObserver observer, Func<string>? zone = null)
    : DiscoverySession<DiscoveryRequest, DiscoveryResponse>(cache, profile, stream, observer, zone)
{
    private const string Everything = "*";

    private readonly Dictionary<string, string> _claimed = [];
    private readonly Dictionary<string, Dictionary<string, XdsResource>> _kept = [];
    private readonly HashSet<string> _named = [];

    /// <inheritdoc />
    public override void OnRequest(DiscoveryRequest request)
    {
        if (Find(request.TypeUrl) is not { } type || IsStale(request, type))
        {
            return;
        }

        if (type.Unanswered is not null)
        {
            OnAnswer(type, request.ErrorDetail?.Message);
        }

        if (!type.Requested && request.VersionInfo.Length > 0)
        {
            _claimed[type.TypeUrl] = request.VersionInfo;
        }

        // An empty list is everything to one who never gave a name, and nothing to one who did.
        var wildcard = TypeUrls.HasWildcard(type.TypeUrl)
            && (request.ResourceNames.Contains(Everything) || (request.ResourceNames.Count == 0 && !_named.Contains(type.TypeUrl)));
        if (request.ResourceNames.Count > 0)
        {
            _named.Add(type.TypeUrl);
        }

        List<string> added = [.. request.ResourceNames.Where(name => name != Everything).Distinct(StringComparer.Ordinal).Except(type.Names, StringComparer.Ordinal)];
        List<string> removed = [.. type.Names.Except(request.ResourceNames, StringComparer.Ordinal)];
        if (wildcard != type.Wildcard)
        {
            (wildcard ? added : removed).Add(Everything);
        }

        OnSubscription(type, added, removed, []);
    }

    /// <inheritdoc />
    protected override void Settle(TypeSubscription type, ProfileSnapshot snapshot)
    {
        if (_claimed.Remove(type.TypeUrl, out var version) && Wanted(type, snapshot).ToArray() is var wanted && ResourceSet.VersionOf(wanted) == version)
        {
            Hold(type, wanted);
        }
    }

    /// <inheritdoc />
    protected override bool SaysWhatIsGone(TypeSubscription type) => IsWhole(type);

    /// <inheritdoc />
    protected override bool MaySplit(TypeSubscription type) => !IsWhole(type);

    /// <inheritdoc />
    protected override DiscoveryResponse Write(TypeSubscription type, ProfileSnapshot snapshot, IReadOnlyList<XdsResource> additions, IReadOnlyList<string> removals)
    {
        var response = new DiscoveryResponse { TypeUrl = type.TypeUrl, Nonce = type.Unanswered, VersionInfo = type.HeldVersion() };
        IEnumerable<XdsResource> resources = IsWhole(type) ? Whole(type, snapshot, removals) : additions;
        response.Resources.AddRange(resources.Select(resource => resource.ToMessage().Resource_));
        return response;
    }

    /// <summary>Listeners and clusters: what a response leaves out does not exist (xDS protocol, SotW).</summary>
    private static bool IsWhole(TypeSubscription type) => TypeUrls.HasWildcard(type.TypeUrl);

    /// <summary>Whether a request was made before the last response came in; the word on that one brings the names again.</summary>
    private static bool IsStale(DiscoveryRequest request, TypeSubscription type) => type.LastNonce is not null && request.ResponseNonce != type.LastNonce;

    private Dictionary<string, XdsResource>.ValueCollection Whole(TypeSubscription type, ProfileSnapshot snapshot, IReadOnlyList<string> removals)
    {
        var whole = Wanted(type, snapshot).ToDictionary(resource => resource.Name, StringComparer.Ordinal);
        if (removals.Count == 0 && _kept.TryGetValue(type.TypeUrl, out var kept))
        {
            foreach (var gone in kept.Values.Where(resource => type.Holds(resource.Name)))
            {
                whole.TryAdd(gone.Name, gone);
            }
        }

        _kept[type.TypeUrl] = whole;
        return whole.Values;
    }
}
