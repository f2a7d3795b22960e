using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>The control plane's own certificate for its gRPC door, in a cluster for its API too: signed like everyone else's, renewed at half-life and when the signer changes.</summary>
internal sealed class ServerIdentity : IDisposable
{
    private readonly ISigningAuthority _authority;
    private readonly SvidIssuer _issuer;
    private readonly TimeProvider _time;
    private readonly SpiffeId _id;
    private readonly ImmutableArray<string> _dnsNames;
    private readonly Lock _lock = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private SslStreamCertificateContext? _context;
    private SigningChain? _signedBy;
    private DateTimeOffset _renewAfter;

    public ServerIdentity(ISigningAuthority authority, SvidIssuer issuer, ControlPlaneSettings settings, TimeProvider time)
    {
        _authority = authority;
        _issuer = issuer;
        _time = time;
        _id = SpiffeId.ControlPlane(TrustDomain.Parse(settings.TrustDomain));
        _dnsNames = settings.Kubernetes is { } cluster ? DnsNames(cluster) : [];
    }

    /// <summary>What the next handshake shows.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_lock)
            {
                var signedBy = _authority.Current;
                if (_context is null || !ReferenceEquals(signedBy, _signedBy) || _time.GetUtcNow() >= _renewAfter)
                {
                    try
                    {
                        _context = Make();
                        _signedBy = signedBy;
                    }
                    catch (AuthorityException) when (_context is not null)
                    {
                        // The authority says so itself. With the last certificate peers can tell why they refuse it; without one the connection would break without a word.
                    }
                }

                return _context;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    // The Service's, and the end of a port-forward.
    private static ImmutableArray<string> DnsNames(KubernetesSettings cluster)
    {
        var service = $"{cluster.Mesh}-control-plane";
        var full = $"{service}.{cluster.SystemNamespace}";
        return [service, full, $"{full}.svc", $"{full}.svc.cluster.local", "localhost"];
    }

    private SslStreamCertificateContext Make()
    {
        var issued = _issuer.Issue(_id, new PublicKey(_key), _dnsNames);
        _renewAfter = issued.RenewAfter;
        using var leaf = X509CertificateLoader.LoadCertificate(issued.Chain[0]);
        var intermediates = new X509Certificate2Collection();
        foreach (var der in issued.Chain.AsSpan()[1..])
        {
            intermediates.Add(X509CertificateLoader.LoadCertificate(der));
        }

        return SslStreamCertificateContext.Create(leaf.CopyWithPrivateKey(_key), intermediates, offline: true);
    }
}
