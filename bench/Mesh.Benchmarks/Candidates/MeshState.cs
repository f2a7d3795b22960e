using Mesh.Benchmarks.Certificates;
using Mesh.Model.Snapshots;
using Mesh.Xds.Client;

namespace Mesh.Benchmarks.Candidates;

/// <summary>A state directory as a sidecar leaves it behind: identity and last good configuration.</summary>
internal static class MeshState
{
    public static void Write(string folder, LeafFiles leaf, BenchCertificates certificates, ProxySnapshot snapshot, IEnumerable<EndpointSet> endpoints)
    {
        SavedConfigurationFile.Write(folder, snapshot, endpoints, TimeProvider.System.GetUtcNow());

        // Key, leaf, intermediates in one file, the roots in another: what the proxy's SvidStore reads.
        SecretFile.Write(Path.Combine(folder, "svid.pem"), File.ReadAllText(leaf.KeyFile) + File.ReadAllText(leaf.ChainFile));
        SecretFile.Write(Path.Combine(folder, "bundle.pem"), File.ReadAllText(certificates.RootFile));
    }
}
