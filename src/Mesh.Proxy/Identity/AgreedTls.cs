using System.Net.Security;
using System.Security.Authentication;

namespace Mesh.Proxy.Identity;

/// <summary>What a handshake came to.</summary>
/// <param name="Version">The version of TLS.</param>
/// <param name="Suite">The cipher suite.</param>
internal readonly record struct AgreedTls(SslProtocols Version, TlsCipherSuite Suite)
{
    /// <summary>Of a stream whose handshake is over.</summary>
    public static AgreedTls Of(SslStream tls) => new(tls.SslProtocol, tls.NegotiatedCipherSuite);

    /// <inheritdoc />
    public override string ToString() => $"{Version} with {Suite}";
}
