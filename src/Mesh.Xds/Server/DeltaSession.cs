using Envoy.Service.Discovery.V3;

namespace Mesh.Xds.Server;

/// <summary>Delta: a request says what more is wanted and what no longer, a response what is new and what is gone.</summary>
internal sealed class DeltaSession(SnapshotCache cache, string profile, ICacheListener stream, ISessionObserver observer, TimeProvider time, Func<string>? zone = null)
    : DiscoverySession<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(cache, profile, stream, observer, zone)
{
    /// <inheritdoc />
    public override void OnRequest(DeltaDiscoveryRequest request)
    {
        if (Find(request.TypeUrl) is not { } type)
        {
            return;
        }

        if (request.ResponseNonce.Length > 0 && request.ResponseNonce == type.Unanswered)
        {
            OnAnswer(type, request.ErrorDetail?.Message);
        }

        OnSubscription(type, request.ResourceNamesSubscribe, request.ResourceNamesUnsubscribe, type.Requested ? [] : request.InitialResourceVersions);
    }

    /// <inheritdoc />
    protected override bool SaysWhatIsGone(TypeSubscription type) => true;

    /// <inheritdoc />
    protected override bool MaySplit(TypeSubscription type) => true;

    /// <inheritdoc />
    protected override DeltaDiscoveryResponse Write(TypeSubscription type, ProfileSnapshot snapshot, IReadOnlyList<Wire.XdsResource> additions, IReadOnlyList<string> removals)
    {
        var response = new DeltaDiscoveryResponse { TypeUrl = type.TypeUrl, Nonce = type.Unanswered, SystemVersionInfo = type.UnansweredVersion };
        response.Resources.AddRange(additions.Select(resource => resource.ToMessage(time)));
        response.RemovedResources.AddRange(removals);
        return response;
    }
}
