namespace Mesh.Hosting;

/// <summary>A version of TLS between sidecars, the older first.</summary>
public enum MeshTlsVersion
{
    /// <summary>TLS 1.2.</summary>
    Tls12,

    /// <summary>TLS 1.3.</summary>
    Tls13,
}
