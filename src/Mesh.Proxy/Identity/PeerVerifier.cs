using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;

namespace Mesh.Proxy.Identity;

/// <summary>Puts the SPIFFE checks of both ends into TLS options. ALPN and server names are the caller's.</summary>
internal sealed partial class PeerVerifier(TimeProvider time, ILogger<PeerVerifier> logger)
{
    /// <summary>For a mesh door: shows the SVID, demands one of the same trust domain.</summary>
    public void Configure(SslServerAuthenticationOptions options, WorkloadSvid svid)
    {
        options.ServerCertificateContext = svid.CertificateContext;
        options.ClientCertificateRequired = true;
        options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        options.CertificateChainPolicy = ChainPolicy(svid);
        // A resumed session would skip the look at the peer's certificate, or outlive it.
        options.AllowTlsResume = false;
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accepts(certificate, chain, errors, svid, SvidRole.Client, expected: null);
    }

    /// <summary>For a connection to a peer's mesh door or to the control plane.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="svid">This proxy's SVID.</param>
    /// <param name="expected">The one identity that the peer has to show.</param>
    public void Configure(SslClientAuthenticationOptions options, WorkloadSvid svid, SpiffeId expected)
    {
        options.ClientCertificateContext = svid.CertificateContext;
        options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        options.CertificateChainPolicy = ChainPolicy(svid);
        options.AllowTlsResume = false;
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accepts(certificate, chain, errors, svid, SvidRole.Server, expected);
    }

    /// <summary>Who a peer is whose handshake was accepted by options from here.</summary>
    /// <returns>Whether the certificate names an identity; it does after such a handshake.</returns>
    public static bool TryReadId(X509Certificate2? certificate, TrustDomain trustDomain, SvidRole role, [NotNullWhen(true)] out SpiffeId? id)
    {
        id = certificate is null ? null : SvidRules.Check(certificate, trustDomain, role).Id;
        return id is not null;
    }

    /// <summary>Whether the control plane answered: under roots and at a time that are asked for at each handshake.</summary>
    internal bool IsControlPlane(X509Certificate? certificate, X509Chain? chain, TrustBundle bundle, TrustDomain trustDomain)
    {
        var verification = certificate is X509Certificate2 leaf
            ? SvidVerifier.Verify(leaf, chain?.ChainPolicy.ExtraStore ?? [], bundle, trustDomain, SvidRole.Server, time.GetUtcNow())
            : SvidVerification.Refused("it showed no certificate");
        return IsExpected(verification, SvidRole.Server, SpiffeId.ControlPlane(trustDomain));
    }

    private X509ChainPolicy ChainPolicy(WorkloadSvid svid) =>
        SvidVerifier.ChainPolicy(svid.TrustBundle, time.GetUtcNow(), svid.CertificateContext.IntermediateCertificates);

    private bool Accepts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, WorkloadSvid svid, SvidRole role, SpiffeId? expected) =>
        IsExpected(Verify(certificate, chain, errors, svid, role), role, expected);

    private bool IsExpected(SvidVerification verification, SvidRole role, SpiffeId? expected)
    {
        if (!verification.IsValid)
        {
            Log.PeerRefused(logger, role, verification.Reason);
            return false;
        }

        if (expected is not null && verification.Id != expected)
        {
            Log.WrongPeer(logger, expected.Text, verification.Id.Text);
            return false;
        }

        return true;
    }

    private SvidVerification Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, WorkloadSvid svid, SvidRole role)
    {
        if (certificate is not X509Certificate2 leaf || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return SvidVerification.Refused("it showed no certificate");
        }

        // A name mismatch is no error: SPIFFE ids are compared, not DNS names. The chain was built by our own policy; where it found none, roots of one name may have misled it.
        var trustDomain = svid.Id.TrustDomain;
        return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
            ? SvidVerifier.Verify(leaf, chain.ChainPolicy.ExtraStore, svid.TrustBundle, trustDomain, role, time.GetUtcNow())
            : SvidRules.Check(leaf, trustDomain, role);
    }

    private static partial class Log
    {
        [LoggerMessage(3600, LogLevel.Warning, "A TLS {Role} was refused: {Reason}.", EventName = nameof(PeerRefused))]
        public static partial void PeerRefused(ILogger logger, SvidRole role, string reason);

        [LoggerMessage(3601, LogLevel.Warning, "A TLS server was refused: {Expected} was to answer there, but {Actual} did.", EventName = nameof(WrongPeer))]
        public static partial void WrongPeer(ILogger logger, string expected, string actual);
    }
}
