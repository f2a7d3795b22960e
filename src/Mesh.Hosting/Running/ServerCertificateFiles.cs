namespace Mesh.Hosting.Running;

/// <summary>A server certificate as PEM files.</summary>
/// <param name="CertificateFile">The certificate and what leads to its root.</param>
/// <param name="KeyFile">Its key, mode 0600.</param>
internal sealed record ServerCertificateFiles(string CertificateFile, string KeyFile);
