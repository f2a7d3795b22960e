using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Serialization;
using Mesh.Yaml;
using MeshDocument = Mesh.Model.Resources.MeshResource;

namespace Mesh.Hosting.Docker;

/// <summary>The folder beside the Compose file with what the mesh's containers mount: start-up files, and the documents that the control plane watches.</summary>
internal sealed class ComposeFolder(string path)
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

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

    private static string FileName(MeshDocument document) => $"{document.Kind.ToLowerInvariant()}-{document.Metadata.Name}.yaml";

    private static string Text(MeshDocument document) => ManifestText.Write(ResourceWriter.Write(document));

    // As they are, comments and all; what is wrong with one is said now and not by the log of a container.
    private static List<(string Name, string Text)> Policies(PublishedMesh mesh)
    {
        if (mesh.Mesh.Options.PoliciesDirectory is not { } directory)
        {
            return [];
        }

        var root = Path.GetFullPath(directory, mesh.Mesh.AppHostDirectory);
        var files = new List<(string Name, string Text)>();
        var errors = new List<string>();
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => Endings.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(root, file).Replace('\\', '/');
            var text = File.ReadAllText(file);
            var read = DocumentReader.Read(text, name);
            errors.AddRange(read.Violations.Concat(read.Documents.SelectMany(d => ResourceReader.Read(d).Violations)).Select(v => $"{Path.GetFileName(root)}/{name}:{v.Line}: {v}"));
            files.Add((name, text));
        }

        return errors.Count == 0 ? files : throw MeshDiagnostics.Misused(errors);
    }
}
