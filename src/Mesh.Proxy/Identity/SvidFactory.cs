using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;

namespace Mesh.Proxy.Identity;

/// <summary>Turns what was signed, or kept, into an SVID to use, if it is one.</summary>
internal sealed class SvidFactory(SpiffeId id, TimeProvider time)
{
    private long _generation;

    /// <summary>The signing request for a key: it names the id, proves the key, and asks for nothing else.</summary>
    public byte[] CreateSigningRequest(ECDsa key)
    {
        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(id.Text));
        request.CertificateExtensions.Add(names.Build(critical: true));
        return request.CreateSigningRequest();
    }

    /// <summary>Verifies and assembles.</summary>
    /// <param name="signed">What came back.</param>
    /// <param name="svid">The SVID.</param>
    /// <returns><see langword="null"/>, or why it is of no use.</returns>
    public string? TryAssemble(SignedSvid signed, out WorkloadSvid? svid)
    {
        svid = null;
        if (signed.Chain.Count == 0)
        {
            return "it holds no certificate";
        }

        var leaf = signed.Chain[0];
        if (!BelongsTo(leaf, signed.Key))
        {
            return "the certificate is for another key";
        }

        X509Certificate2[] intermediates = [.. signed.Chain.Skip(1)];
        var now = time.GetUtcNow();
        var verification = SvidVerifier.Verify(leaf, intermediates, signed.Bundle, id.TrustDomain, SvidRole.Server, now);
        if (!verification.IsValid)
        {
            return verification.Reason;
        }

        if (verification.Id != id)
        {
            return $"it is for {verification.Id}, not {id}";
        }

        DateTimeOffset notBefore = leaf.NotBefore.ToUniversalTime();
        DateTimeOffset notAfter = leaf.NotAfter.ToUniversalTime();
        var half = notBefore + ((notAfter - notBefore) / 2);
        svid = new WorkloadSvid
        {
            Id = id,
            CertificateContext = SslStreamCertificateContext.Create(WithKey(leaf, signed.Key), [.. intermediates], offline: true),
            TrustBundle = signed.Bundle,
            NotBefore = notBefore,
            NotAfter = notAfter,
            RenewAfter = signed.RenewAfter is { } asked && asked > notBefore && asked < notAfter ? asked : half,
            Generation = ++_generation,
        };
        return null;
    }

    private static bool BelongsTo(X509Certificate2 leaf, ECDsa key)
    {
        using var publicKey = leaf.GetECDsaPublicKey();
        return publicKey is not null && publicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());
    }

    private static X509Certificate2 WithKey(X509Certificate2 leaf, ECDsa key)
    {
        var certificate = leaf.CopyWithPrivateKey(key);
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        // Schannel cannot use a key that exists in memory only; a round through PKCS#12 gives it one that lives as long as the certificate.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
        }
    }
}
