namespace Mesh.Hosting;

/// <summary>A cipher suite of TLS 1.2 for certificates of the mesh, whose keys are ECDSA.</summary>
public enum MeshTlsCipher
{
    /// <summary><c>ECDHE-ECDSA-AES128-GCM-SHA256</c>.</summary>
    Aes128Gcm,

    /// <summary><c>ECDHE-ECDSA-AES256-GCM-SHA384</c>.</summary>
    Aes256Gcm,

    /// <summary><c>ECDHE-ECDSA-CHACHA20-POLY1305</c>.</summary>
    ChaCha20Poly1305,
}
