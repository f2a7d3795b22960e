using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Benchmarks.Certificates;

/// <summary>
/// Root, intermediate and two X509-SVIDs, ECDSA P-256, for one run. Every candidate uses the same ones. The leaves carry a DNS name next to their SPIFFE id,
/// because haproxy and nginx can only check that.
/// </summary>
internal sealed class BenchCertificates
{
    public const string TrustDomain = "bench.mesh";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(6);

    private readonly string _folder;

    private BenchCertificates(string folder) => _folder = folder;

    /// <summary>The root, PEM.</summary>
    public string RootFile => Path.Combine(_folder, "root.pem");

    /// <summary>The calling side: <c>spiffe://bench.mesh/ns/bench/sa/storefront</c>.</summary>
    public LeafFiles Caller => new(_folder, "storefront");

    /// <summary>The called side: <c>spiffe://bench.mesh/ns/bench/sa/orders</c>.</summary>
    public LeafFiles Callee => new(_folder, "orders");

    public static BenchCertificates Create(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var from = now.AddMinutes(-5);
        var until = now + Lifetime;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = Authority("CN=bench root", rootKey, pathLength: 1);
        rootRequest.CertificateExtensions.Add(TrustDomainName());
        using var root = rootRequest.CreateSelfSigned(from, until);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middleRequest = Authority("CN=bench intermediate", middleKey, pathLength: 0);
        middleRequest.CertificateExtensions.Add(TrustDomainName());
        middleRequest.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var middlePublic = middleRequest.Create(root, from, until, Serial());
        using var middle = middlePublic.CopyWithPrivateKey(middleKey);

        var certificates = new BenchCertificates(folder);
        File.WriteAllText(certificates.RootFile, root.ExportCertificatePem() + "\n");
        foreach (var leaf in (LeafFiles[])[certificates.Caller, certificates.Callee])
        {
            Issue(leaf, middle, from, until);
        }

        return certificates;
    }

    private static void Issue(LeafFiles leaf, X509Certificate2 issuer, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={leaf.Service}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(leaf.SpiffeId));
        names.AddDnsName(leaf.DnsName);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(issuer, from, until, Serial());
        var chain = certificate.ExportCertificatePem() + "\n" + issuer.ExportCertificatePem() + "\n";
        var secret = key.ExportPkcs8PrivateKeyPem() + "\n";
        File.WriteAllText(leaf.ChainFile, chain);
        SecretFile.Write(leaf.KeyFile, secret);
        SecretFile.Write(leaf.CombinedFile, chain + secret);
    }

    private static CertificateRequest Authority(string name, ECDsa key, int pathLength)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static X509Extension TrustDomainName()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"spiffe://{TrustDomain}"));
        return names.Build();
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);

        // Positive, and not zero.
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
