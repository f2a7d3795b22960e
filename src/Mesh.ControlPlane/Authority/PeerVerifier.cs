using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.ControlPlane.Authority;

/// <summary>Says who is at the other end of a connection to the gRPC door.</summary>
internal sealed class PeerVerifier(ISigningAuthority authority, ControlPlaneSettings settings, TimeProvider time)
{
    private readonly TrustDomain _trustDomain = TrustDomain.Parse(settings.TrustDomain);

    /// <summary>Verifies what the peer showed, as of now.</summary>
    public SvidVerification Verify(HttpContext context) => Verify(Shown(context.Features));

    /// <summary>Verifies certificates as of now.</summary>
    public SvidVerification Verify(PeerCertificates? shown) => shown is null
        ? SvidVerification.Refused("no certificate was shown")
        : SvidVerifier.Verify(shown.Leaf, shown.Intermediates, authority.Current.Bundle, _trustDomain, SvidRole.Client, time.GetUtcNow());

    /// <summary>What the peer showed, if anything.</summary>
    public static PeerCertificates? Shown(IFeatureCollection connection) =>
        connection.Get<IConnectionItemsFeature>()?.Items.TryGetValue(typeof(PeerCertificates), out var shown) == true ? (PeerCertificates?)shown : null;
}
