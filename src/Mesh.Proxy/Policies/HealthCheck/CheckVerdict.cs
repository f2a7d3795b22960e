namespace Mesh.Proxy.Policies.HealthCheck;

/// <summary>What a check says of a replica.</summary>
internal enum CheckVerdict
{
    /// <summary>It is well.</summary>
    Well,

    /// <summary>It is not.</summary>
    Unwell,

    /// <summary>Nothing: the check was refused, or could not be made, for a reason that is not the replica's.</summary>
    None,
}
