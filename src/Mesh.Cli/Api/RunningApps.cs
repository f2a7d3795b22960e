using System.Globalization;

namespace Mesh.Cli.Api;

/// <summary>
/// The apps that this user runs, so that other commands find them from any directory: one small file each, which names the app's own file and holds no secret.
/// </summary>
/// <param name="directory">Where those files are.</param>
internal sealed class RunningApps(string directory)
{
    /// <summary>The user's own, in the place the platform has for such data.</summary>
    public static RunningApps OfUser() =>
        new(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "mesh", "running"));

    /// <summary>Adds one until it is disposed.</summary>
    /// <param name="serverFile">Its <see cref="ServerFile"/>.</param>
    /// <param name="processId">The process id of its <c>mesh up</c>.</param>
    public IDisposable Add(string serverFile, int processId)
    {
        var entry = Path.Combine(directory, processId.ToString(CultureInfo.InvariantCulture));
        try
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(entry, serverFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A home that cannot be written to only means that commands have to be run beside the mesh.yaml.
        }

        return new Entry(entry);
    }

    /// <summary>Those that still run.</summary>
    public IReadOnlyList<ServerFile> All => !Directory.Exists(directory)
        ? []
        : [.. Directory.EnumerateFiles(directory).Select(Read).OfType<ServerFile>().Where(f => f.IsRunning).OrderBy(f => f.App, StringComparer.Ordinal)];

    private static ServerFile? Read(string entry)
    {
        try
        {
            return ServerFile.Read(File.ReadAllText(entry));
        }
        catch (IOException)
        {
            return null; // It ends just now.
        }
    }

    private sealed class Entry(string path) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Whoever reads it sees that the process is gone.
            }
        }
    }
}
