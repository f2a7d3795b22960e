using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Files;
using Mesh.Model.Snapshots;
using Mesh.State.V1;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Client;

/// <summary>
/// The last good configuration in a sidecar's state directory: one file, <see cref="FileName"/>, a serialized <c>mesh.state.v1.SavedConfiguration</c>, mode 0600,
/// replaced as a whole. A state directory with such a file and no control plane is a static configuration.
/// </summary>
public static class SavedConfigurationFile
{
    /// <summary>The file's name in the state directory.</summary>
    public const string FileName = "configuration.binpb";

    /// <summary>Writes a configuration for a sidecar that has no control plane: benchmarks, tests.</summary>
    /// <param name="stateDirectory">Made with mode 0700 where it is missing.</param>
    /// <param name="snapshot">The whole configuration.</param>
    /// <param name="endpoints">The replicas of its clusters; a cluster that is missing has none.</param>
    /// <param name="savedAt">What the file says about its age.</param>
    public static void Write(string stateDirectory, ProxySnapshot snapshot, IEnumerable<EndpointSet> endpoints, DateTimeOffset savedAt)
    {
        var known = endpoints.ToDictionary(set => set.Cluster, StringComparer.Ordinal);
        var sets = snapshot.Clusters
            .Where(cluster => cluster.Kind == ClusterKind.Mesh)
            .Select(cluster => known.GetValueOrDefault(cluster.Name) ?? new EndpointSet(cluster.Name, []));
        Write(stateDirectory, From(snapshot.Identity.Text, SnapshotCodec.Encode(snapshot).Concat(sets.Select(SnapshotCodec.Encode)), [], savedAt));
    }

    internal static SavedConfiguration From(
        string identity, IEnumerable<XdsResource> resources, IEnumerable<XdsResource> permissionSources, DateTimeOffset savedAt)
    {
        var saved = new SavedConfiguration { Identity = identity, SavedAt = Timestamp.FromDateTimeOffset(savedAt) };
        saved.Resources.AddRange(resources.Select(resource => resource.ToMessage()));
        saved.PermissionSources.AddRange(permissionSources.Select(resource => resource.ToMessage()));
        return saved;
    }

    internal static void Write(string stateDirectory, SavedConfiguration saved)
    {
        OwnerFile.MakeDirectory(stateDirectory);
        OwnerFile.Write(Path.Combine(stateDirectory, FileName), saved.WriteTo);
    }

    /// <summary>Reads the file; <see langword="null"/> where there is none.</summary>
    /// <exception cref="InvalidDataException">It is there and is not readable.</exception>
    internal static SavedConfiguration? Read(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return SavedConfiguration.Parser.ParseFrom(File.ReadAllBytes(path));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{path} is not a saved configuration: {e.Message}", e);
        }
    }

    internal static IEnumerable<XdsResource> Resources(IEnumerable<Resource> resources) => resources.Select(XdsResource.From);
}
