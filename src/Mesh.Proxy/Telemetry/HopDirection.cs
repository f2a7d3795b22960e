namespace Mesh.Proxy.Telemetry;

/// <summary>Which side of a call this proxy stands on.</summary>
internal enum HopDirection
{
    /// <summary>The caller's sidecar.</summary>
    Outbound,

    /// <summary>The callee's sidecar, through its mesh door.</summary>
    Inbound,

    /// <summary>The callee's sidecar, through a front door.</summary>
    FrontDoor,
}
