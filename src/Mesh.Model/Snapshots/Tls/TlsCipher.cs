namespace Mesh.Model.Snapshots;

/// <summary>A cipher suite of TLS 1.2: those with forward secrecy and authenticated encryption, which are the ones that Kuma names. Suites of TLS 1.3 are no choice: all of them are like that.</summary>
public enum TlsCipher
{
    EcdheEcdsaAes128Gcm,
    EcdheEcdsaAes256Gcm,
    EcdheEcdsaChaCha20,
    EcdheRsaAes128Gcm,
    EcdheRsaAes256Gcm,
    EcdheRsaChaCha20,
}
