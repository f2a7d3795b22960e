namespace Mesh.ControlPlane.Store;

/// <summary>
/// A directory that only its owner may enter, with files that only their owner may read. Writes are all or nothing: a crash leaves the old file or the new one.
/// </summary>
internal sealed class StateDirectory
{
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens the directory; makes it where it is missing.</summary>
    public StateDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            // The profile directory's inherited rights are what keeps other users out there.
            Directory.CreateDirectory(Path);
            return;
        }

        Directory.CreateDirectory(Path, DirectoryMode);
        File.SetUnixFileMode(Path, DirectoryMode);
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>A directory inside this one.</summary>
    public StateDirectory Inside(string name) => new(PathOf(name));

    /// <summary>Full path of a file in it.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The file's bytes, or <see langword="null"/> where there is none.</summary>
    public byte[]? TryRead(string name)
    {
        try
        {
            return File.ReadAllBytes(PathOf(name));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Replaces the file.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var temporary = WriteTemporary(name, content);
        File.Move(temporary, PathOf(name), overwrite: true);
    }

    /// <summary>
    /// Makes the file unless it is there. Where two processes race, one wins and both read the winner's bytes.
    /// </summary>
    /// <returns>What the file holds now.</returns>
    public byte[] ReadOrCreate(string name, Func<byte[]> make)
    {
        if (TryRead(name) is { } present)
        {
            return present;
        }

        var temporary = WriteTemporary(name, make());
        try
        {
            // Without overwrite this is link + unlink on Unix: it fails where the name is taken, and never shows half a file.
            File.Move(temporary, PathOf(name), overwrite: false);
        }
        catch (IOException) when (File.Exists(PathOf(name)))
        {
            File.Delete(temporary);
        }

        return File.ReadAllBytes(PathOf(name));
    }

    /// <summary>Opens a file to which lines are appended; what is there stays.</summary>
    public FileStream OpenAppend(string name) => new(PathOf(name), Options(System.IO.FileMode.Append, FileAccess.Write, FileShare.Read));

    private string WriteTemporary(string name, ReadOnlySpan<byte> content)
    {
        var temporary = PathOf($".{name}.{Guid.NewGuid():N}");
        using var file = new FileStream(temporary, Options(System.IO.FileMode.CreateNew, FileAccess.Write, FileShare.None));
        file.Write(content);
        file.Flush(flushToDisk: true);
        return temporary;
    }

    private static FileStreamOptions Options(System.IO.FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode;
        }

        return options;
    }
}
