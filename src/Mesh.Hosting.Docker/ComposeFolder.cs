using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Hosting.Docker;

/// <summary>The folder beside the Compose file with what the mesh's containers mount: start-up files, and the documents that the control plane watches.</summary>
internal sealed class ComposeFolder(string path)
{
    /// <summary>Writes the folder anew: a permission that the AppHost no longer gives must not stay from the last time.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="startFiles">The text of start-up files by name.</param>
    public async Task WriteAsync(PublishedMesh mesh, IEnumerable<(string Name, string Text)> startFiles, CancellationToken cancellationToken)
    {
        var policies = Policies(mesh);
        foreach (var folder in ComposeControlPlane.Sources.Select(s => s.Directory))
        {
            // The folder itself stays: a container may have it mounted.
            foreach (var old in Directory.CreateDirectory(Path.Combine(path, folder)).EnumerateFileSystemInfos())
            {
                (old as DirectoryInfo)?.Delete(recursive: true);
                (old as FileInfo)?.Delete();
            }
        }

        foreach (var old in Directory.EnumerateFiles(path, "*.json"))
        {
            File.Delete(old);
        }

        (string Name, string Text)[] files =
        [
            .. startFiles.Select(f => ($"{f.Name}.json", f.Text)),
            .. mesh.Topology.Select(d => ($"topology/{FileName(d)}", Text(d))),
            .. mesh.Policies.Select(d => ($"apphost/{FileName(d)}", Text(d))),
            .. policies.Select(p => ($"policies/{p.Name}", p.Text)),
        ];
        foreach (var (name, text) in files)
        {
            var file = Path.Combine(path, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, cancellationToken);
        }
    }

    // The whole key: what is said of the whole mesh is in a namespace of its own, and may have the name of a service.
    private static string FileName(DeclaredResource document) => $"{document.Kind.ToLowerInvariant()}.{document.Metadata.Namespace}.{document.Metadata.Name}.yaml";

    private static string Text(DeclaredResource document) => ManifestText.Write(ResourceWriter.Write(document));

    // As they are, comments and all; what is wrong with one is said now and not by the log of a container.
    private static List<(string Name, string Text)> Policies(PublishedMesh mesh)
    {
        if (mesh.Mesh.PoliciesDirectory is not { } directory)
        {
            return [];
        }

        var files = new List<(string Name, string Text)>();
        var errors = new List<string>();
        foreach (var file in DocumentDirectory.Read(directory) ?? [])
        {
            var shown = $"{Path.GetFileName(directory)}/{file.Path}";
            if (file.Text is null)
            {
                errors.Add($"{shown} {file.Error}");
                continue;
            }

            var read = DocumentReader.Read(file.Text, file.Path);
            errors.AddRange(read.Violations.Concat(read.Documents.SelectMany(d => ResourceReader.Read(d).Violations)).Select(v => $"{shown}:{v.Line}: {v}"));
            files.Add((file.Path, file.Text));
        }

        return errors.Count == 0 ? files : throw MeshDiagnostics.Misused(errors);
    }
}
