namespace Mesh.Model.Identity;

/// <summary>What the holder of a certificate is in the handshake that shows it.</summary>
public enum SvidRole
{
    /// <summary>It opened the connection.</summary>
    Client,

    /// <summary>It accepted the connection.</summary>
    Server,
}
