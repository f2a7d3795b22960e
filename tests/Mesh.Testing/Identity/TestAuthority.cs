using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;

namespace Mesh.Testing.Identity;

/// <summary>An authority for tests: a root and an intermediate that signs, as in a real mesh. Its certificates may be as wrong as a test wants.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public TestAuthority(string name = "test")
    {
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root = Authority($"CN={name} root", rootKey).CreateSelfSigned(now - Life, now + Life);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Authority($"CN={name} intermediate", key).Create(_root, now - Life, now + Life, RandomNumberGenerator.GetBytes(8));
        _intermediate = certificate.CopyWithPrivateKey(key);
        Bundle = TrustBundle.FromDer([_root.RawDataMemory]);
    }

    /// <summary>What trusts it.</summary>
    public TrustBundle Bundle { get; }

    /// <summary>The certificate that follows a leaf.</summary>
    public X509Certificate2 Intermediate => _intermediate;

    /// <summary>Signs a leaf, with its key.</summary>
    /// <param name="uris">The URI SANs: one, where the certificate is to be right.</param>
    /// <param name="age">How old it is. Default: a minute.</param>
    /// <param name="lifetime">How long it lives from its beginning. Default: an hour.</param>
    public X509Certificate2 Issue(IReadOnlyList<string> uris, TimeSpan? age = null, TimeSpan? lifetime = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var uri in uris)
        {
            names.AddUri(new Uri(uri));
        }

        request.CertificateExtensions.Add(names.Build(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var begin = TimeProvider.System.GetUtcNow() - (age ?? TimeSpan.FromMinutes(1));
        using var certificate = request.Create(_intermediate, begin, begin + (lifetime ?? TimeSpan.FromHours(1)), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}
