namespace Mesh.ControlPlane.Authority;

/// <summary>Keeps roots and what signs under them.</summary>
internal interface ISigningAuthority
{
    /// <summary>What signs and is trusted at this moment; renewed where it was due.</summary>
    SigningChain Current { get; }
}
