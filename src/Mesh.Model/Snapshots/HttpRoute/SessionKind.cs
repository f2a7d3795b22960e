namespace Mesh.Model.Snapshots;

/// <summary>What carries a session's mark between client and sidecar.</summary>
public enum SessionKind
{
    /// <summary>A cookie.</summary>
    Cookie,

    /// <summary>A header, which the client has to send back by itself.</summary>
    Header,
}
