namespace Mesh.Proxy.Upstreams;

/// <summary>How far a failed attempt got: what decides whether it may be repeated.</summary>
internal enum AttemptStage
{
    /// <summary>No connection: provably not processed.</summary>
    NotConnected,

    /// <summary>Refused by the far end before any work: provably not processed.</summary>
    Refused,

    /// <summary>Sent, at least in part: it may have been processed.</summary>
    MaybeProcessed,
}
