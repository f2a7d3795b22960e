namespace Mesh.Cli.Terminal;

/// <summary>Paths as a person would write them here.</summary>
internal static class ShownPath
{
    /// <summary>Relative to the directory where it lies below it, else whole.</summary>
    public static string From(string directory, string path)
    {
        var relative = Path.GetRelativePath(directory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
