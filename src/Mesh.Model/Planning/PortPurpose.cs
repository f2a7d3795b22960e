namespace Mesh.Model.Planning;

/// <summary>What a port is wanted for.</summary>
public enum PortPurpose
{
    /// <summary>The app behind its sidecar.</summary>
    App,

    /// <summary>The mTLS door for peers.</summary>
    MeshDoor,

    /// <summary>The door for people and probes outside the mesh.</summary>
    FrontDoor,

    /// <summary>The door for callers in plain text, of a port that has no front door: open while it is permissive.</summary>
    PlainDoor,

    /// <summary>A loopback listener for one upstream port.</summary>
    Outbound,

    /// <summary>The sidecar's admin endpoint.</summary>
    Admin,
}
