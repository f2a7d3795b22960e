using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Hosting.Testing.Policies;

/// <summary>The policy files of an AppHost, read as a control plane reads them; but here a mistake is one, and not a last good version.</summary>
internal static class PolicyDirectory
{
    /// <summary>Reads all of them.</summary>
    /// <exception cref="InvalidOperationException">Something is wrong with them: all of it, with file and line.</exception>
    public static List<DeclaredResource> Read(string directory)
    {
        var mistakes = new List<string>();
        var resources = new List<DeclaredResource>();
        foreach (var file in DocumentDirectory.Read(directory) ?? []) // none, as at a start: it may come later
        {
            var shown = $"policies/{file.Path}";
            if (file.Text is null)
            {
                mistakes.Add($"{shown} {file.Error}");
                continue;
            }

            var read = DocumentReader.Read(file.Text, shown);
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
}
