using System.Collections.Immutable;
using Mesh.Laptop.Files;
using Mesh.Model.Policies;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Policies;

/// <summary>Policies as documents in a directory that the control plane watches, one file each.</summary>
internal static class PolicyDocuments
{
    /// <summary>Writes what changed and removes what earlier runs left.</summary>
    public static void Write(ImmutableArray<Policy> policies, string directory) => DocumentFolder.Write(
        directory, policies.ToDictionary(FileName, p => JsonDocumentWriter.Write(ResourceWriter.Write(p))));

    private static string FileName(Policy policy) => $"{policy.Kind.ToLowerInvariant()}.{policy.Metadata.Namespace}.{policy.Metadata.Name}.json";
}
