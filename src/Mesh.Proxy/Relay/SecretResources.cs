using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Google.Protobuf;
using Mesh.Proxy.Identity;
using Mesh.Xds.Wire;

namespace Mesh.Proxy.Relay;

/// <summary>An SVID as PEM and as the resources of SDS.</summary>
internal sealed class SecretResources
{
    /// <summary>Certificate and key, as the control plane's resources name them.</summary>
    public const string Svid = "svid";

    /// <summary>The roots.</summary>
    public const string Bundle = "bundle";

    private SecretResources(WorkloadSvid svid)
    {
        using var key = svid.CertificateContext.TargetCertificate.GetECDsaPrivateKey() ?? throw new CryptographicException("The SVID's key is not ECDSA.");
        Key = key.ExportPkcs8PrivateKeyPem() + "\n";
        var chain = new StringBuilder(svid.CertificateContext.TargetCertificate.ExportCertificatePem()).Append('\n');
        foreach (var intermediate in svid.CertificateContext.IntermediateCertificates)
        {
            chain.Append(intermediate.ExportCertificatePem()).Append('\n');
        }

        Chain = chain.ToString();
        Roots = svid.TrustBundle.ToPem();
    }

    /// <summary>The private key, PKCS#8 as PEM.</summary>
    public string Key { get; }

    /// <summary>Leaf and intermediates as PEM.</summary>
    public string Chain { get; }

    /// <summary>The roots as PEM.</summary>
    public string Roots { get; }

    /// <summary>Takes an SVID apart.</summary>
    /// <exception cref="CryptographicException">Its key cannot be exported.</exception>
    public static SecretResources Of(WorkloadSvid svid) => new(svid);

    /// <summary>The secret of a name. <see langword="null"/>: there is none.</summary>
    public XdsResource? Find(string name) => name switch
    {
        Svid => XdsResource.From(TypeUrls.Secret, name, new Secret
        {
            Name = name,
            TlsCertificate = new TlsCertificate { CertificateChain = Inline(Chain), PrivateKey = Inline(Key) },
        }),
        Bundle => XdsResource.From(TypeUrls.Secret, name, new Secret
        {
            Name = name,
            ValidationContext = new CertificateValidationContext { TrustedCa = Inline(Roots) },
        }),
        _ => null,
    };

    private static DataSource Inline(string pem) => new() { InlineBytes = ByteString.CopyFromUtf8(pem) };
}
