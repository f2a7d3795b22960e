namespace Mesh.Model.Snapshots;

/// <summary>Which zones a failover leads to.</summary>
public enum ZoneFailoverKind
{
    /// <summary>Every zone that none before it led to.</summary>
    Any,

    /// <summary>The zones that it names.</summary>
    Only,

    /// <summary>Every zone but those that it names.</summary>
    AnyExcept,

    /// <summary>No zone: what stands behind it is not looked at.</summary>
    None,
}
