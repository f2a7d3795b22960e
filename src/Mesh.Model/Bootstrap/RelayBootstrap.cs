namespace Mesh.Model.Bootstrap;

/// <summary>
/// What a sidecar offers to xDS clients beside it, such as proxyless gRPC and Envoy: the control plane, reached over the sidecar's own mTLS connection and as the
/// sidecar's own identity, and certificates as files.
/// </summary>
public sealed record RelayBootstrap
{
    /// <summary>The private key in the certificates' directory.</summary>
    public const string KeyFile = "key.pem";

    /// <summary>The leaf and what leads to a root.</summary>
    public const string ChainFile = "chain.pem";

    /// <summary>The roots.</summary>
    public const string RootsFile = "roots.pem";

    /// <summary>
    /// Absolute path of a Unix socket of mode 0600, at most 103 bytes long (the least that systems allow). <see langword="null"/>: <c>xds.sock</c> in the state
    /// directory, or none where <see cref="Address"/> is given.
    /// </summary>
    public string? Socket { get; set; }

    /// <summary><c>ip:port</c>, loopback, for clients that cannot use a Unix socket and can send a token. <see langword="null"/>: none.</summary>
    public string? Address { get; set; }

    /// <summary>What clients of <see cref="Address"/> send as <c>authorization: Bearer …</c>, at least 16 characters. Required there; the Unix socket asks for none.</summary>
    public string? Token { get; set; }

    /// <summary>Absolute path of a directory of mode 0700 for key, chain and roots as PEM. <see langword="null"/>: <c>certificates</c> in the state directory.</summary>
    public string? CertificateDirectory { get; set; }

    /// <summary>Where the Unix socket is. <see langword="null"/>: there is none.</summary>
    /// <param name="stateDirectory">The sidecar's.</param>
    public string? SocketBeside(string stateDirectory) => Socket ?? (Address is null ? Path.Combine(stateDirectory, "xds.sock") : null);

    /// <summary>Where the certificates are.</summary>
    /// <param name="stateDirectory">The sidecar's.</param>
    public string CertificatesBeside(string stateDirectory) => CertificateDirectory ?? Path.Combine(stateDirectory, "certificates");
}
