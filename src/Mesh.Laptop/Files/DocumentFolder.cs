using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Laptop.Files;

/// <summary>A directory of documents that one process writes and the control plane watches, one file each.</summary>
internal static class DocumentFolder
{
    /// <summary>Writes what changed and removes what is gone.</summary>
    /// <param name="directory">Where; nobody else writes there.</param>
    /// <param name="documents">Everything that is to be there.</param>
    public static void Write(string directory, IEnumerable<DeclaredResource> documents)
    {
        var texts = documents.ToDictionary(FileName, d => JsonDocumentWriter.Write(ResourceWriter.Write(d)), StringComparer.Ordinal);
        foreach (var (name, text) in texts)
        {
            var path = Path.Combine(directory, name);
            if (!File.Exists(path) || File.ReadAllText(path) != text)
            {
                SecretFile.Write(path, text);
            }
        }

        foreach (var gone in Directory.EnumerateFiles(directory, "*.json").Where(f => !texts.ContainsKey(Path.GetFileName(f))))
        {
            File.Delete(gone);
        }
    }

    // The whole key: one name may be there of two kinds, and in two namespaces.
    private static string FileName(DeclaredResource document) => $"{document.Kind.ToLowerInvariant()}.{document.Metadata.Namespace}.{document.Metadata.Name}.json";
}
