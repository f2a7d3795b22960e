namespace Mesh.Model.Snapshots;

/// <summary>
/// How a sidecar begins TLS towards an external service. Keys are files beside the sidecar: no document, snapshot or dump holds one.
/// </summary>
public sealed record ExternalTls
{
    /// <summary>The name that is sent (SNI) and that the certificate has to carry. <see langword="null"/>: the host.</summary>
    public string? ServerName { get; init; }

    /// <summary>File with the certificates that are believed, as PEM. <see langword="null"/>: <see cref="Ca"/>.</summary>
    public string? CaFile { get; init; }

    /// <summary>The certificates that are believed, as PEM. <see langword="null"/>, and no file either: the system's.</summary>
    public string? Ca { get; init; }

    /// <summary>File with the certificate that the sidecar shows, with those above it, as PEM. <see langword="null"/>: it shows none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>File with its key, as PEM.</summary>
    public string? KeyFile { get; init; }
}
