using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;

namespace Mesh.Testing.Identity;

/// <summary>As <see cref="TestAuthority"/>, for tests that bring the clock, the key, or a leaf that breaks a rule.</summary>
public sealed class ClockedAuthority
{
    private readonly X509Certificate2 _intermediateWithKey;
    private readonly DateTimeOffset _begin;

    public ClockedAuthority(DateTimeOffset now)
    {
        _begin = now - TimeSpan.FromDays(1);
        var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=test root", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var rootWithKey = root.CreateSelfSigned(_begin, now + TimeSpan.FromDays(3650));
        Root = X509CertificateLoader.LoadCertificate(rootWithKey.RawData);

        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var intermediate = new CertificateRequest("CN=test intermediate", key, HashAlgorithmName.SHA256);
        intermediate.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        intermediate.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var signed = intermediate.Create(rootWithKey, _begin, now + TimeSpan.FromDays(365), Serial());
        Intermediate = X509CertificateLoader.LoadCertificate(signed.RawData);
        _intermediateWithKey = signed.CopyWithPrivateKey(key);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate { get; }

    public TrustBundle Bundle => TrustBundle.FromDer([Root.RawDataMemory]);

    /// <summary>Signs a leaf for a key.</summary>
    public X509Certificate2 Sign(string? uri, ECDsa key, DateTimeOffset notBefore, DateTimeOffset notAfter, Action<CertificateRequest>? change = null)
    {
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        if (uri is not null)
        {
            request.CertificateExtensions.Add(Names(uri));
        }

        change?.Invoke(request);
        return request.Create(_intermediateWithKey, notBefore, notAfter, Serial());
    }

    /// <summary>Signs a leaf that is right, and gives it with its key.</summary>
    public X509Certificate2 Issue(SpiffeId id, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Sign(id.Text, key, notBefore, notAfter);
        return leaf.CopyWithPrivateKey(key);
    }

    /// <summary>A subject alternative name extension with these URIs.</summary>
    public static X509Extension Names(params string[] uris)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var uri in uris)
        {
            names.AddUri(new Uri(uri));
        }

        return names.Build();
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        return serial;
    }
}
