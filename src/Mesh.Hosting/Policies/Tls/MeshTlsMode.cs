namespace Mesh.Hosting;

/// <summary>Who may come to a port.</summary>
public enum MeshTlsMode
{
    /// <summary>Callers with a certificate of the mesh alone.</summary>
    Strict,

    /// <summary>Callers in plain text too. They have no identity: rules for <see cref="MeshIdentity.Anyone"/> let them in, and nothing else does.</summary>
    Permissive,
}
