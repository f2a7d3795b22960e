namespace Mesh.Hosting.Policies;

/// <summary>What a permission does with requests.</summary>
internal enum PermissionVerb
{
    /// <summary>Lets them pass.</summary>
    Allow,

    /// <summary>Lets them pass, instead of what references allow the caller.</summary>
    AllowOnly,

    /// <summary>Refuses them, whatever else allows them.</summary>
    Deny,

    /// <summary>Lets them pass, counted and logged as if refused.</summary>
    AllowWithShadowDeny,
}
