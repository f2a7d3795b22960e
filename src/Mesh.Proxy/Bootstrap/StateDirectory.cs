using Mesh.Files;

namespace Mesh.Proxy.Bootstrap;

/// <summary>The replica's state directory: mode 0700, files of mode 0600 that are replaced as a whole or not at all.</summary>
internal sealed class StateDirectory(string path)
{
    /// <summary>The directory.</summary>
    public string Path => path;

    /// <summary>Makes the directory where it is missing, takes access from everyone but the owner, and removes what a crash left half-written.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to someone else.</exception>
    public void Prepare()
    {
        OwnerFile.CloseDirectory(path);
        OwnerFile.RemoveDrafts(path);
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
    public void Write(string name, ReadOnlySpan<byte> content) => OwnerFile.Write(System.IO.Path.Combine(path, name), content);
}
