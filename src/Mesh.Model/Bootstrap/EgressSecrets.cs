namespace Mesh.Model.Bootstrap;

/// <summary>
/// Where a sidecar in a cluster finds Secrets for TLS towards external services: each is mounted into its container alone, so no process but it reads them, and whoever reads snapshots
/// or dumps sees a path.
/// </summary>
public static class EgressSecrets
{
    /// <summary>The folder with a folder for each Secret.</summary>
    public const string Folder = "/var/run/secrets/mesh-egress";

    /// <summary>The key of a Secret with certificates that are believed, as cert-manager and others write it.</summary>
    public const string Ca = "ca.crt";

    /// <summary>The key of a Secret of type <c>kubernetes.io/tls</c> with the certificate.</summary>
    public const string Certificate = "tls.crt";

    /// <summary>The key of such a Secret with the private key.</summary>
    public const string Key = "tls.key";

    /// <summary>The file of a key of a Secret.</summary>
    public static string PathOf(string secret, string key) => $"{Folder}/{secret}/{key}";

    /// <summary>Whether a file comes out of such a Secret.</summary>
    public static bool Contains(string path) => path.StartsWith($"{Folder}/", StringComparison.Ordinal) && !path.Contains("..", StringComparison.Ordinal);
}
