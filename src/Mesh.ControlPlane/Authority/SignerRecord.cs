namespace Mesh.ControlPlane.Authority;

/// <summary>The intermediate that signs, in the state directory.</summary>
/// <param name="RootId">The root it is under.</param>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="KeyPem">Its key, PKCS#8.</param>
internal sealed record SignerRecord(string RootId, string CertificatePem, string KeyPem);
