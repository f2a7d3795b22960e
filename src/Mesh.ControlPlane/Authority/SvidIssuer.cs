using System.Security.Cryptography.X509Certificates;
using Mesh.ControlPlane.Insight;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>Signs leaves. Who may have which is decided before it is called.</summary>
internal sealed class SvidIssuer(ISigningAuthority authority, ControlPlaneSettings settings, TimeProvider time, ControlPlaneMetrics metrics)
{
    private readonly TimeSpan _lifetime = TimeSpan.FromSeconds(settings.SvidLifetimeSeconds);

    /// <summary>Signs a leaf for an identity.</summary>
    /// <exception cref="AuthorityException">What signs has ended itself.</exception>
    public IssuedSvid Issue(SpiffeId id, PublicKey subject, params IEnumerable<string> dnsNames)
    {
        var chain = authority.Current;
        var now = time.GetUtcNow();
        DateTimeOffset signerEnd = chain.Signer.NotAfter.ToUniversalTime();
        if (signerEnd <= now)
        {
            throw new AuthorityException($"The signing certificate {CertificatePem.Id(chain.Signer)} ended {signerEnd:u}, so nobody gets a certificate: replace the authority's files; one that the control plane made itself it renews by itself (event 2105 where it cannot).");
        }

        using var leaf = CertificateMint.Svid(id, subject, chain.Signer, now, _lifetime, dnsNames);
        DateTimeOffset end = leaf.NotAfter.ToUniversalTime();
        metrics.SvidSigned();
        return new IssuedSvid(id, [leaf.RawData, .. chain.Intermediates], chain.Bundle, end, now + ((end - now) / 2));
    }
}
