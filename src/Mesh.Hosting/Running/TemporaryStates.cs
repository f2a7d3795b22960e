using System.Globalization;
using Mesh.Laptop.Files;

namespace Mesh.Hosting.Running;

/// <summary>
/// The directories of meshes that keep nothing: of tests, and of a second AppHost beside one that has the state. They hold keys and tokens, so what a killed process left behind is
/// removed by the next one that starts.
/// </summary>
/// <param name="root">Where they are: the system's directory for temporary files.</param>
internal sealed class TemporaryStates(string root)
{
    private const string Prefix = "mesh-apphost-";
    private const string LockName = "lock";

    /// <summary>Makes one. Its lock says that somebody uses it; the kernel drops it whatever way the process ends.</summary>
    public (string Path, FileStream Lock) Make()
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Guid.NewGuid():N}"));
            SecretFile.MakeFolder(path);
            try
            {
                return (path, Lock(path, FileMode.CreateNew));
            }
            catch (IOException) when (attempt < 3)
            {
                // Somebody swept between the file and its lock.
            }
        }
    }

    /// <summary>Removes one that is done with.</summary>
    public static void Remove(string path, FileStream @lock)
    {
        try
        {
            // The lock goes last: what is left of an attempt that failed can be told by it the next time.
            foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos().Where(e => e.Name != LockName))
            {
                (entry as DirectoryInfo)?.Delete(recursive: true);
                (entry as FileInfo)?.Delete();
            }

            @lock.Dispose();
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that is on its way out still writes; the next AppHost takes the rest.
        }
        finally
        {
            @lock.Dispose();
        }
    }

    /// <summary>Removes those whose process ended without removing them.</summary>
    /// <param name="own">A lock that this process holds: where a second lock on it is given, locks mean nothing, and nothing is removed.</param>
    public void Sweep(FileStream own)
    {
        if (TryLock(Path.GetDirectoryName(own.Name)!) is { } second)
        {
            second.Dispose();
            return;
        }

        try
        {
            foreach (var left in new DirectoryInfo(root).EnumerateDirectories($"{Prefix}*").Where(IsOurs))
            {
                if (TryLock(left.FullName) is { } @lock)
                {
                    Remove(left.FullName, @lock);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Others make and remove theirs meanwhile.
        }
    }

    // On a machine that is shared, anybody may make directories there and call them what they like.
    private static bool IsOurs(DirectoryInfo directory) => directory.LinkTarget is null && (OperatingSystem.IsWindows() || directory.UnixFileMode == SecretFile.OwnerOnly);

    // .NET takes an flock for this share mode.
    private static FileStream Lock(string directory, FileMode mode) => new(Path.Combine(directory, LockName), mode, FileAccess.ReadWrite, FileShare.None);

    private static FileStream? TryLock(string directory)
    {
        try
        {
            return Lock(directory, FileMode.Open);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
