namespace Mesh.Cli.Processes;

/// <summary>Finds a program as a shell would.</summary>
internal static class ProgramSearch
{
    /// <summary>The absolute path, or <see langword="null"/>.</summary>
    /// <param name="command">A name to look for on PATH, or a path.</param>
    /// <param name="directory">What a relative path is relative to.</param>
    public static string? Find(string command, string directory)
    {
        if (command.Contains('/') || command.Contains(Path.DirectorySeparatorChar))
        {
            return Runnable(Path.GetFullPath(command, directory));
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var folder in path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (Runnable(Path.GetFullPath(Path.Combine(folder, command), directory)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Why nothing was found, and what to do.</summary>
    public static string WhyNot(string command, string directory)
    {
        if (!command.Contains('/') && !command.Contains(Path.DirectorySeparatorChar))
        {
            return File.Exists(Path.Combine(directory, command))
                ? $"there is no '{command}' on PATH; the file of that name in {directory} is meant? Then write ./{command}"
                : $"there is no '{command}' on PATH; install it, or give its path";
        }

        var full = Path.GetFullPath(command, directory);
        if (Directory.Exists(full))
        {
            return $"{full} is a directory";
        }

        return File.Exists(full)
            ? $"{full} may not be executed; run: chmod +x {full}"
            : $"there is no {full}; build it, or mend the path (it is relative to {directory})";
    }

    private static string? Runnable(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return new[] { file, $"{file}.exe", $"{file}.cmd", $"{file}.bat" }.FirstOrDefault(File.Exists);
        }

        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(file) && (File.GetUnixFileMode(file) & AnyExecute) != 0 ? file : null;
    }
}
