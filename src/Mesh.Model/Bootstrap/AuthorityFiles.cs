using System.Collections.Immutable;

namespace Mesh.Model.Bootstrap;

/// <summary>An authority that the user brings.</summary>
public sealed record AuthorityFiles
{
    /// <summary>PEM: the signing certificate, followed by what leads to a root.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM: the signing certificate's ECDSA key, mode 0600.</summary>
    public required string KeyFile { get; init; }

    /// <summary>PEM files with the roots that every sidecar trusts; more than one while roots rotate.</summary>
    public ImmutableArray<string> RootFiles { get; set; } = [];
}
