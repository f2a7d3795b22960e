namespace Mesh.Laptop.Files;

/// <summary>A directory of documents that one process writes and the control plane watches.</summary>
internal static class DocumentFolder
{
    /// <summary>Writes what changed and removes what is gone.</summary>
    /// <param name="directory">Where; nobody else writes there.</param>
    /// <param name="documents">The text of every JSON file by name.</param>
    public static void Write(string directory, IReadOnlyDictionary<string, string> documents)
    {
        foreach (var (name, text) in documents)
        {
            var path = Path.Combine(directory, name);
            if (!File.Exists(path) || File.ReadAllText(path) != text)
            {
                SecretFile.Write(path, text);
            }
        }

        foreach (var gone in Directory.EnumerateFiles(directory, "*.json").Where(f => !documents.ContainsKey(Path.GetFileName(f))))
        {
            File.Delete(gone);
        }
    }
}
