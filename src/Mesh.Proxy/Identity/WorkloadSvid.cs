using System.Net.Security;
using Mesh.Model.Identity;

namespace Mesh.Proxy.Identity;

/// <summary>Key, certificate and roots as they belong together. Immutable; a handshake reads one reference.</summary>
internal sealed record WorkloadSvid
{
    /// <summary>Who this proxy is.</summary>
    public required SpiffeId Id { get; init; }

    /// <summary>Leaf with key and the intermediates, parsed once and never looked up online.</summary>
    public required SslStreamCertificateContext CertificateContext { get; init; }

    /// <summary>The roots that peers are verified by.</summary>
    public required TrustBundle TrustBundle { get; init; }

    /// <summary>When the leaf begins.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>When the leaf ends.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>When the authority wants to be asked again; half-life unless it said otherwise.</summary>
    public required DateTimeOffset RenewAfter { get; init; }

    /// <summary>Counts up from 1 with each SVID of this process: pools compare it to know that their connections are older.</summary>
    public required long Generation { get; init; }
}
