using System.Security.Cryptography.X509Certificates;

namespace Mesh.Model.Identity;

/// <summary>Verifies X.509-SVIDs: a chain to one of the bundle's roots, then <see cref="SvidRules"/>. Asks neither network nor the machine's own roots.</summary>
public static class SvidVerifier
{
    /// <summary>The policy by which a TLS stack builds the peer's chain.</summary>
    /// <param name="bundle">The roots.</param>
    /// <param name="now">The time at which all certificates have to be valid.</param>
    /// <param name="intermediates">Certificates that may help, beside those the peer sends; they are not trusted for it.</param>
    public static X509ChainPolicy ChainPolicy(TrustBundle bundle, DateTimeOffset now, IEnumerable<X509Certificate2>? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return ChainPolicy(bundle.Roots, now, intermediates ?? []);
    }

    internal static X509ChainPolicy ChainPolicy(IEnumerable<X509Certificate2> roots, DateTimeOffset now, IEnumerable<X509Certificate2> intermediates)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, // SVIDs live an hour and are not revoked
            DisableCertificateDownloads = true,
            VerificationTime = now.UtcDateTime,
        };
        foreach (var root in roots)
        {
            policy.CustomTrustStore.Add(root);
        }

        foreach (var intermediate in intermediates)
        {
            policy.ExtraStore.Add(intermediate);
        }

        return policy;
    }

    /// <summary>Verifies a certificate with what the peer sent along.</summary>
    /// <param name="leaf">The peer's certificate.</param>
    /// <param name="intermediates">What came with it.</param>
    /// <param name="bundle">The roots.</param>
    /// <param name="trustDomain">The trust domain of the peer.</param>
    /// <param name="role">What the peer is in the handshake.</param>
    /// <param name="now">The time at which all certificates have to be valid.</param>
    public static SvidVerification Verify(
        X509Certificate2 leaf,
        IEnumerable<X509Certificate2> intermediates,
        TrustBundle bundle,
        TrustDomain trustDomain,
        SvidRole role,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return WhyUntrusted(leaf, intermediates, bundle, now) is { } reason ? SvidVerification.Refused(reason) : SvidRules.Check(leaf, trustDomain, role);
    }

    /// <summary>Looks for a chain from a certificate to one of the roots; each of several roots or intermediates with one name is tried.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="intermediates">What may help, without being trusted for it.</param>
    /// <param name="bundle">The roots.</param>
    /// <param name="now">The time at which all certificates have to be valid.</param>
    /// <returns>Why there is none, in words; <see langword="null"/>: there is one.</returns>
    public static string? WhyUntrusted(X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates, TrustBundle bundle, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return ChainSearch.WhyNone(certificate, intermediates, bundle, now);
    }

    /// <summary>Says in words what is wrong with a chain that was built.</summary>
    public static string WhyUntrusted(X509Chain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        var flags = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus)
        {
            flags |= status.Status;
        }

        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return "it, or a certificate above it, is expired or not valid yet; do the clocks agree?";
        }

        if (flags.HasFlag(X509ChainStatusFlags.NotSignatureValid))
        {
            return "it leads to none of the trusted roots: one has the right name and another key; was the authority made anew?";
        }

        return (flags & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0
            ? "it leads to none of the trusted roots"
            : $"its chain is broken ({flags})";
    }
}
