using Mesh.Model.Identity;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>A caller that is no resource of the app: SPIFFE ids, or the person at the browser.</summary>
public sealed class MeshIdentity
{
    private readonly Func<TrustDomain, PrincipalMatch?> _match;

    private MeshIdentity(Func<TrustDomain, PrincipalMatch?> match, bool isAnyone = false)
    {
        _match = match;
        IsAnyone = isAnyone;
    }

    /// <summary>Everybody, those without an identity included: people at external endpoints,. For permissions only.</summary>
    public static MeshIdentity Anyone { get; } = new(_ => null, isAnyone: true);

    /// <summary>The person whose browser or curl uses front doors on a laptop, who may pass unless denied. Published apps know no such person.</summary>
    public static MeshIdentity Developer { get; } = new(domain => new PrincipalMatch(SpiffeId.Developer(domain).Text));

    /// <summary>The caller with this SPIFFE id, such as <c>spiffe://shop.local/ns/default/sa/orders</c>.</summary>
    public static MeshIdentity Exact(string spiffeId) => new(_ => new PrincipalMatch(spiffeId));

    /// <summary>Every caller whose SPIFFE id begins so, by whole segments, such as <c>spiffe://shop.local/ns/web</c>.</summary>
    public static MeshIdentity Prefix(string spiffeId) => new(_ => new PrincipalMatch(spiffeId, IsPrefix: true));

    /// <summary>Every service of the trust domain; the developer is none.</summary>
    internal static MeshIdentity EveryService { get; } = new(domain => new PrincipalMatch($"spiffe://{domain.Name}/ns/", IsPrefix: true));

    internal bool IsAnyone { get; }

    internal PrincipalMatch? Match(TrustDomain trustDomain) => _match(trustDomain);
}
