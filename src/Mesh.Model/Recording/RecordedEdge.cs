using Mesh.Model.Identity;
using Mesh.Model.Topology;

namespace Mesh.Model.Recording;

/// <summary>A call path that was seen: who called which port, and what was asked for.</summary>
/// <param name="Callee">The port that was called.</param>
/// <param name="Protocol">What is spoken there.</param>
/// <param name="Seen">The rest.</param>
public sealed record RecordedEdge(PortRef Callee, AppProtocol Protocol, EdgeRecording Seen)
{
    /// <summary>The caller where it is a service of this trust domain; <see langword="null"/>: somebody else, see <see cref="EdgeRecording.Caller"/>.</summary>
    public ServiceId? CallerIn(TrustDomain trustDomain) =>
        SpiffeId.TryParse(Seen.Caller, out var id) && id.TrustDomain == trustDomain && id.TryGetService(out var service) ? service : null;

    /// <summary>Requests, or connections where there are none.</summary>
    public long Total => Protocol.IsHttp() ? Seen.Operations.Values.Sum(o => o.Total) + Seen.Unlisted + Seen.Ambiguous : Seen.Connections;
}
