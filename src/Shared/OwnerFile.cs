namespace Mesh.Files;

/// <summary>
/// Files that only their owner may read, and the directories that hold them: keys, tokens, configurations. Source of its own in each process that writes such files, for the model,
/// which all of them share, does no I/O.
/// </summary>
/// <remarks>
/// Modes are Unix'. On Windows files and directories inherit the rights of the directory that they are made in: below a user's profile those keep other users out.
/// </remarks>
internal static class OwnerFile
{
    /// <summary>The mode of such a directory, 0700.</summary>
    public const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string DraftEnding = ".draft";
    private const UnixFileMode FileOwnerMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a directory of mode 0700, and those it is in, unless they are there.</summary>
    public static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, DirectoryMode);
    }

    /// <summary>The same, and takes access from everyone but the owner where it was there.</summary>
    /// <exception cref="UnauthorizedAccessException">It belongs to someone else.</exception>
    public static void CloseDirectory(string path)
    {
        MakeDirectory(path);
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != DirectoryMode)
        {
            File.SetUnixFileMode(path, DirectoryMode);
        }
    }

    /// <summary>Replaces a file by one of mode 0600: a reader, or whoever comes after a crash, sees the old one or the new one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content) => Write(path, content, static (file, bytes) => file.Write(bytes), overwrite: true);

    /// <summary>Replaces a file by one of mode 0600, with what is written to the stream.</summary>
    public static void Write(string path, Action<Stream> write) => Write(path, write, static (file, content) => content(file), overwrite: true);

    /// <summary>
    /// Makes a file of mode 0600 unless there is one of that name. Whole or not at all, but between the look and the move another process may make one as well, and the later of the two
    /// stays: whoever may race reads afterwards what is there.
    /// </summary>
    /// <returns>Whether it was made; <see langword="false"/>: one is there.</returns>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            Write(path, content, static (file, bytes) => file.Write(bytes), overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    /// <summary>Removes what crashes left of files that were being written; only while nobody else writes there.</summary>
    public static void RemoveDrafts(string directory)
    {
        foreach (var draft in Directory.EnumerateFiles(directory, $".*{DraftEnding}"))
        {
            File.Delete(draft);
        }
    }

    /// <summary>
    /// Opens a file to which lines are appended; what is there stays, and its mode, and the file may be moved meanwhile. Not buffered: what could not be written is not written later.
    /// </summary>
    public static FileStream OpenAppend(string path) => new(path, Options(FileMode.Append, FileShare.Read | FileShare.Delete, bufferSize: 0));

    private static void Write<T>(string path, T content, Action<Stream, T> write, bool overwrite)
        where T : allows ref struct
    {
        // A name of its own: a draft that a crash left behind, or another process's, would keep its mode. Hidden, so nobody takes it for a document.
        var draft = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{DraftEnding}");
        try
        {
            using (var file = new FileStream(draft, Options(FileMode.CreateNew, FileShare.None)))
            {
                write(file, content);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private static FileStreamOptions Options(FileMode mode, FileShare share, int bufferSize = 4096)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileOwnerMode;
        }

        return options;
    }
}
