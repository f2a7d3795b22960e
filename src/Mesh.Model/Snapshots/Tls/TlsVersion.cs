namespace Mesh.Model.Snapshots;

/// <summary>A version of TLS that sidecars may speak, the older first. Older ones are not spoken at all.</summary>
public enum TlsVersion
{
    /// <summary>TLS 1.2 (RFC 5246).</summary>
    TLS12,

    /// <summary>TLS 1.3 (RFC 8446).</summary>
    TLS13,
}
