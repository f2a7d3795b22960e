namespace Mesh.Proxy.Errors;

/// <summary>Who has to act on an error.</summary>
internal enum Blame
{
    /// <summary>Whoever sent the request.</summary>
    Client,

    /// <summary>Whoever runs what is called.</summary>
    Upstream,

    /// <summary>Whoever writes the policies.</summary>
    Policy,

    /// <summary>Whoever runs the mesh.</summary>
    Mesh,
}
