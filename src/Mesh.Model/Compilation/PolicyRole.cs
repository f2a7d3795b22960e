namespace Mesh.Model.Compilation;

/// <summary>On whose behalf a policy speaks, from its namespace; the later ones are heard first (Kuma's policy roles).</summary>
internal enum PolicyRole
{
    /// <summary>The system namespace, for everyone.</summary>
    System,

    /// <summary>The callee's namespace, for everyone who calls it.</summary>
    Producer,

    /// <summary>The proxy's own namespace.</summary>
    Owner,
}
