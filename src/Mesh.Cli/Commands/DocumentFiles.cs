using Mesh.Yaml;

namespace Mesh.Cli.Commands;

/// <summary>The files that paths on a command line mean.</summary>
internal static class DocumentFiles
{
    /// <summary>Files as they are; of directories their documents (<see cref="DocumentDirectory"/>).</summary>
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
                foreach (var file in DocumentDirectory.Files(path))
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
}
