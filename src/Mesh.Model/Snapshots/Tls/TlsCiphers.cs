using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>The words for cipher suites: OpenSSL's names, which Envoy and Kuma use.</summary>
public static class TlsCiphers
{
    /// <summary>Every suite with its name.</summary>
    public static ImmutableArray<(string Word, TlsCipher Cipher)> Words { get; } =
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", TlsCipher.EcdheEcdsaAes128Gcm),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", TlsCipher.EcdheEcdsaAes256Gcm),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", TlsCipher.EcdheEcdsaChaCha20),
        ("ECDHE-RSA-AES128-GCM-SHA256", TlsCipher.EcdheRsaAes128Gcm),
        ("ECDHE-RSA-AES256-GCM-SHA384", TlsCipher.EcdheRsaAes256Gcm),
        ("ECDHE-RSA-CHACHA20-POLY1305", TlsCipher.EcdheRsaChaCha20),
    ];

    /// <summary>By name.</summary>
    public static FrozenDictionary<string, TlsCipher> ByWord { get; } = Words.ToFrozenDictionary(w => w.Word, w => w.Cipher, StringComparer.Ordinal);

    /// <summary>A suite's name.</summary>
    public static string ToWord(this TlsCipher cipher) => Words[(int)cipher].Word;

    /// <summary>Whether it is for certificates with RSA keys. Those of sidecars have ECDSA keys, so nobody agrees on it.</summary>
    public static bool IsForRsa(this TlsCipher cipher) => cipher >= TlsCipher.EcdheRsaAes128Gcm;
}
