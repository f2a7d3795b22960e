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

    private readonly X509Certificate2 _issuer;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    private BenchCertificates(string folder, X509Certificate2 issuer, DateTimeOffset from, DateTimeOffset until)
    {
        Folder = folder;
        _issuer = issuer;
        _from = from;
        _until = until;
    }

    /// <summary>Where all of them lie.</summary>
    public string Folder { get; }

    /// <summary>The root, PEM.</summary>
    public string RootFile => RootFileIn(Folder);

    /// <summary>The intermediate, PEM.</summary>
    public string SignerFile => Path.Combine(Folder, "signer.crt");

    /// <summary>The intermediate's key, PEM.</summary>
    public string SignerKeyFile => Path.Combine(Folder, "signer.key");

    /// <summary>The calling side: <c>spiffe://bench.mesh/ns/bench/sa/storefront</c>.</summary>
    public LeafFiles Caller => new(Folder, "storefront");

    /// <summary>The called side: <c>spiffe://bench.mesh/ns/bench/sa/orders</c>.</summary>
    public LeafFiles Callee => new(Folder, "orders");

    /// <summary>The root of a folder of certificates, PEM.</summary>
    public static string RootFileIn(string folder) => Path.Combine(folder, "root.pem");

    public static BenchCertificates Create(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var from = now.AddMinutes(-5);
        var until = now + Lifetime;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = Authority("CN=bench root", rootKey, pathLength: 1);
        rootRequest.CertificateExtensions.Add(TrustDomainName());
        using var root = rootRequest.CreateSelfSigned(from, until);
        var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middleRequest = Authority("CN=bench intermediate", middleKey, pathLength: 0);
        middleRequest.CertificateExtensions.Add(TrustDomainName());
        middleRequest.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var middlePublic = middleRequest.Create(root, from, until, Serial());
        var middle = middlePublic.CopyWithPrivateKey(middleKey);

        var certificates = new BenchCertificates(folder, middle, from, until);
        File.WriteAllText(certificates.RootFile, root.ExportCertificatePem() + "\n");
        File.WriteAllText(certificates.SignerFile, middle.ExportCertificatePem() + "\n");
        SecretFile.Write(certificates.SignerKeyFile, middleKey.ExportPkcs8PrivateKeyPem() + "\n");
        foreach (var leaf in (LeafFiles[])[certificates.Caller, certificates.Callee])
        {
            certificates.Issue(leaf);
        }

        return certificates;
    }

    /// <summary>Writes one more X509-SVID.</summary>
    public void Issue(LeafFiles leaf)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={leaf.Service}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(leaf.SpiffeId));
        names.AddDnsName(leaf.DnsName);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_issuer, _from, _until, Serial());
        var chain = certificate.ExportCertificatePem() + "\n" + _issuer.ExportCertificatePem() + "\n";
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
