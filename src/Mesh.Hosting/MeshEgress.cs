using Aspire.Hosting;

namespace Mesh.Hosting;

/// <summary>
/// How sidecars speak to an external service in the place of the apps that reference it. Apps speak plainly to their sidecar; where the service's URL is https, the sidecar begins TLS.
/// </summary>
[AspireDto]
public sealed class MeshEgress
{
    /// <summary>What apps speak: Http, Http2, Grpc or Tcp. Default: Http.</summary>
    public MeshProtocol Protocol { get; set; } = MeshProtocol.Http;

    /// <summary>The name that is sent (SNI) and that the certificate has to carry. Default: the URL's host.</summary>
    public string? ServerName { get; set; }

    /// <summary>In a run: the certificates that are believed, and no others, as PEM; absolute, or relative to the AppHost's directory. Default: the system's.</summary>
    public string? CaFile { get; set; }

    /// <summary>In a run: the certificate that sidecars show, with those above it, as PEM; absolute, or relative to the AppHost's directory. Default: none.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>In a run: its key, as PEM, readable for you alone.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Published to Kubernetes, in place of <see cref="CaFile"/>: a Secret of the release's namespace. Default: the system's roots.</summary>
    public string? CaSecret { get; set; }

    /// <summary>The key in <see cref="CaSecret"/>. Default: <c>ca.crt</c>.</summary>
    public string? CaSecretKey { get; set; }

    /// <summary>Published to Kubernetes, in place of <see cref="CertificateFile"/> and <see cref="KeyFile"/>: a Secret of type <c>kubernetes.io/tls</c> in the release's namespace. Default: none.</summary>
    public string? CertificateSecret { get; set; }

    /// <summary>Published with <c>WithEgressPolicy</c>: the service's addresses, such as <c>203.0.113.0/24</c>. Default: its own where the URL has one, else every address on the Internet at its port.</summary>
    public IList<string>? Cidrs { get; set; }
}
