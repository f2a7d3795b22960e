namespace Mesh.Model.Bootstrap;

/// <summary>A certificate that browsers and apps on this machine trust for <c>localhost</c>, such as the ASP.NET Core development certificate.</summary>
public sealed record ServerCertificateFiles
{
    /// <summary>PEM: the certificate, followed by what leads to a root. Absolute path.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM: the certificate's key, not encrypted, RSA or ECDSA; mode 0600. Absolute path.</summary>
    public required string KeyFile { get; init; }
}
