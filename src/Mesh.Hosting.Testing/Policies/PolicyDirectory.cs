using Mesh.Model.Serialization;
using Mesh.Yaml;
using Resource = Mesh.Model.Resources.MeshResource;

namespace Mesh.Hosting.Testing.Policies;

/// <summary>The policy files of an AppHost, read as a control plane reads them; but here a mistake is one, and not a last good version.</summary>
internal static class PolicyDirectory
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    /// <summary>Reads all of them.</summary>
    /// <exception cref="InvalidOperationException">Something is wrong with them: all of it, with file and line.</exception>
    public static List<Resource> Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return []; // as at a start: it may come later
        }

        var mistakes = new List<string>();
        var resources = new List<Resource>();
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 16, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        foreach (var file in Directory.EnumerateFiles(directory, "*", options).Where(IsDocument).Order(StringComparer.Ordinal))
        {
            var shown = $"policies/{Path.GetRelativePath(directory, file).Replace('\\', '/')}";
            var read = DocumentReader.Read(File.ReadAllText(file), shown);
            mistakes.AddRange(read.Violations.Select(v => $"{shown}: {v}"));
            foreach (var document in read.Documents.Select(ResourceReader.Read))
            {
                mistakes.AddRange(document.Violations.Select(v => $"{shown}: {v}"));
                if (document.Resource is { } resource)
                {
                    resources.Add(resource);
                }
            }
        }

        return mistakes.Count == 0 ? resources : throw new InvalidOperationException($"The policy files are wrong:{string.Concat(mistakes.Select(m => $"{Environment.NewLine}  {m}"))}");
    }

    private static bool IsDocument(string path) =>
        Path.GetFileName(path) is var name && !name.StartsWith('.') && !name.StartsWith('#') && Endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
}
