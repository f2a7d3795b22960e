using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Identity;

/// <summary>
/// Versions and suites of handshakes between sidecars, for both ends. Where the system lets nobody choose suites (Windows), what was agreed on is looked at afterwards,
/// as everywhere: what is not allowed is no connection.
/// </summary>
internal sealed class HandshakeBounds
{
    private static readonly ConcurrentDictionary<(TlsVersion Min, TlsVersion Max, string Ciphers), HandshakeBounds> Known = new();

    // Suites of TLS 1.3 are no choice: a policy for suites has to name them, or there is no TLS 1.3.
    private static readonly ImmutableArray<TlsCipherSuite> Newest =
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256];

    // Certificates of the mesh have ECDSA keys.
    private static readonly ImmutableArray<TlsCipher> Usual = [TlsCipher.EcdheEcdsaAes128Gcm, TlsCipher.EcdheEcdsaAes256Gcm, TlsCipher.EcdheEcdsaChaCha20];

    private readonly SslProtocols _versions;
    private readonly ImmutableArray<TlsCipherSuite> _suites;
    private readonly CipherSuitesPolicy? _policy;

    private HandshakeBounds(DoorTls tls)
    {
        _versions = tls.Min == TlsVersion.TLS13 ? HandshakeVersions.Usual : SslProtocols.Tls12 | (tls.Max == TlsVersion.TLS13 ? SslProtocols.Tls13 : SslProtocols.None);
        _suites = [.. (tls.Ciphers.IsEmpty ? Usual : tls.Ciphers).Select(Suite)];
        if (_versions != SslProtocols.Tls13 && !OperatingSystem.IsWindows() && !OperatingSystem.IsAndroid())
        {
            _policy = new CipherSuitesPolicy([.. Newest, .. _suites]);
        }
    }

    /// <summary>What holds without any policy.</summary>
    public static HandshakeBounds Default { get; } = Of(DoorTls.Default);

    /// <summary>The bounds; the same object for the same.</summary>
    public static HandshakeBounds Of(DoorTls tls) => Known.GetOrAdd((tls.Min, tls.Max, string.Join(':', tls.Ciphers)), static (_, said) => new HandshakeBounds(said), tls);

    /// <summary>For a mesh door.</summary>
    public void Configure(SslServerAuthenticationOptions options)
    {
        options.EnabledSslProtocols = _versions;
        options.CipherSuitesPolicy = _policy;
        options.AllowRenegotiation = false; // of TLS 1.2: who the peer is was settled
    }

    /// <summary>For a connection to one.</summary>
    public void Configure(SslClientAuthenticationOptions options)
    {
        options.EnabledSslProtocols = _versions;
        options.CipherSuitesPolicy = _policy;
        options.AllowRenegotiation = false;
    }

    /// <summary>Whether what a connection agreed on is allowed. One without TLS agreed on nothing.</summary>
    public bool Hold(AgreedTls? agreed) =>
        agreed is not { } tls || ((tls.Version & _versions) != 0 && (tls.Version == SslProtocols.Tls13 || _suites.Contains(tls.Suite)));

    private static TlsCipherSuite Suite(TlsCipher cipher) => cipher switch
    {
        TlsCipher.EcdheEcdsaAes128Gcm => TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipher.EcdheEcdsaAes256Gcm => TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipher.EcdheEcdsaChaCha20 => TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipher.EcdheRsaAes128Gcm => TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipher.EcdheRsaAes256Gcm => TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        _ => TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    };
}
