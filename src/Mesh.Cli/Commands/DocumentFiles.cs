namespace Mesh.Cli.Commands;

/// <summary>The files that paths on a command line mean.</summary>
internal static class DocumentFiles
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <summary>Files as they are; of directories everything that holds documents, in a fixed order, hidden directories left out.</summary>
    /// <exception cref="CliException">A path is not there.</exception>
    public static IEnumerable<string> Find(IEnumerable<string> paths, string directory)
    {
        foreach (var path in paths.Select(p => Path.GetFullPath(p, directory)))
        {
            if (File.Exists(path))
            {
                yield return path;
            }
            else if (Directory.Exists(path))
            {
                foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(f => IsDocument(f, path)).Order(StringComparer.Ordinal))
                {
                    yield return file;
                }
            }
            else
            {
                throw new CliException(ExitCode.NoInput, $"there is no {path}.");
            }
        }
    }

    private static bool IsDocument(string file, string root) =>
        Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())
        && !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.'));
}
