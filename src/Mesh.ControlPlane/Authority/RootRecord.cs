namespace Mesh.ControlPlane.Authority;

/// <summary>A root in the state directory.</summary>
/// <param name="Id">The certificate's SHA-256, shortened: how people name it.</param>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="KeyPem">Its key, PKCS#8.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Since">When it came to stand there.</param>
internal sealed record RootRecord(string Id, string CertificatePem, string KeyPem, RootState State, DateTimeOffset Since);
