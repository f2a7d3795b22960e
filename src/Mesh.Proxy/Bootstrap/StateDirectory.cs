namespace Mesh.Proxy.Bootstrap;

/// <summary>The replica's state directory: mode 0700, files of mode 0600 that are replaced as a whole or not at all.</summary>
internal sealed class StateDirectory(string path)
{
    private const UnixFileMode OwnerDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The directory.</summary>
    public string Path => path;

    /// <summary>Makes the directory where it is missing, and takes access from everyone but the owner.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to someone else.</exception>
    public void Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path); // the user's profile is already closed to others there
            return;
        }

        Directory.CreateDirectory(path, OwnerDirectory);
        if (File.GetUnixFileMode(path) != OwnerDirectory)
        {
            File.SetUnixFileMode(path, OwnerDirectory);
        }
    }

    /// <summary>Reads a file, or says that there is none.</summary>
    public byte[]? Read(string name)
    {
        try
        {
            return File.ReadAllBytes(System.IO.Path.Combine(path, name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Replaces a file: a reader, or a crash in between, sees the old one or the new one.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var target = System.IO.Path.Combine(path, name);
        var draft = $"{target}.new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        using (var stream = new FileStream(draft, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, target, overwrite: true);
    }
}
