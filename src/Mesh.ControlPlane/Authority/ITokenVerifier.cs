namespace Mesh.ControlPlane.Authority;

/// <summary>Says whose a token is with which a sidecar asks for its first certificate.</summary>
internal interface ITokenVerifier
{
    /// <summary>Judges a token as of now.</summary>
    ValueTask<TokenProof> VerifyAsync(string token, CancellationToken cancellationToken);
}
