using Mesh.Model.Bootstrap;

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

    /// <summary>In a cluster, in place of <see cref="CaFile"/>: the Secret that holds it.</summary>
    public SecretKey? CaSecret { get; init; }

    /// <summary>In a cluster, in place of <see cref="CertificateFile"/> and <see cref="KeyFile"/>: a Secret of type <c>kubernetes.io/tls</c>.</summary>
    public string? CertificateSecret { get; init; }

    /// <summary>The Secrets that it names, each once.</summary>
    public IEnumerable<string> Secrets => new[] { CaSecret?.Name, CertificateSecret }.OfType<string>().Distinct();

    /// <summary>The same with the files that its Secrets are mounted as.</summary>
    public ExternalTls OnDisk() => this with
    {
        CaFile = CaSecret is { } ca ? EgressSecrets.PathOf(ca.Name, ca.Key) : CaFile,
        CertificateFile = CertificateSecret is { } secret ? EgressSecrets.PathOf(secret, EgressSecrets.Certificate) : CertificateFile,
        KeyFile = CertificateSecret is { } own ? EgressSecrets.PathOf(own, EgressSecrets.Key) : KeyFile,
        CaSecret = null,
        CertificateSecret = null,
    };
}
