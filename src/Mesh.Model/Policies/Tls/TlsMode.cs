namespace Mesh.Model.Policies.Tls;

/// <summary>Who may come to a port.</summary>
public enum TlsMode
{
    /// <summary>Callers with a certificate of the mesh alone.</summary>
    Strict,

    /// <summary>Callers in plain text too, who have no identity.</summary>
    Permissive,
}
