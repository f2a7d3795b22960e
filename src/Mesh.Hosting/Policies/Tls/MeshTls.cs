using Aspire.Hosting;
using Mesh.Model.Policies.Tls;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>What a service's mesh door and the sidecars that call it speak in their handshakes. What is left <see langword="null"/> comes from less specific calls, policies and defaults.</summary>
[AspireDto]
public sealed class MeshTls
{
    /// <summary>Whether the ports also answer callers in plain text, while their callers move into the mesh. External endpoints answer anybody in any case. Default: Strict.</summary>
    public MeshTlsMode? Mode { get; set; }

    /// <summary>The oldest version. Default: TLS 1.3.</summary>
    public MeshTlsVersion? MinVersion { get; set; }

    /// <summary>The newest version. Default: TLS 1.3.</summary>
    public MeshTlsVersion? MaxVersion { get; set; }

    /// <summary>Suites of TLS 1.2, where <see cref="MinVersion"/> is that; their order means nothing. Default: all of them.</summary>
    public IList<MeshTlsCipher>? Ciphers { get; set; }

    internal TlsSettings ToSettings() => new()
    {
        Mode = Mode switch
        {
            null => null,
            MeshTlsMode.Permissive => TlsMode.Permissive,
            _ => TlsMode.Strict,
        },
        MinVersion = ToVersion(MinVersion),
        MaxVersion = ToVersion(MaxVersion),
        Ciphers = Ciphers is null ? null : [.. Ciphers.Select(ToCipher)],
    };

    private static TlsVersion? ToVersion(MeshTlsVersion? version) => version switch
    {
        null => null,
        MeshTlsVersion.Tls12 => TlsVersion.TLS12,
        _ => TlsVersion.TLS13,
    };

    private static TlsCipher ToCipher(MeshTlsCipher cipher) => cipher switch
    {
        MeshTlsCipher.Aes128Gcm => TlsCipher.EcdheEcdsaAes128Gcm,
        MeshTlsCipher.Aes256Gcm => TlsCipher.EcdheEcdsaAes256Gcm,
        _ => TlsCipher.EcdheEcdsaChaCha20,
    };
}
