using Mesh.Files;

namespace Mesh.ControlPlane.Store;

/// <summary>
/// A directory that only its owner may enter, with files that only their owner may read. Writes are all or nothing: a crash leaves the old file or the new one.
/// </summary>
internal sealed class StateDirectory
{
    /// <summary>Opens the directory; makes it where it is missing.</summary>
    public StateDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        OwnerFile.CloseDirectory(Path);
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
    public void Write(string name, ReadOnlySpan<byte> content) => OwnerFile.Write(PathOf(name), content);

    /// <summary>
    /// Makes the file unless it is there, and reads what is there then: where two processes race, usually the winner's bytes in both.
    /// </summary>
    /// <returns>What the file holds now.</returns>
    public byte[] ReadOrCreate(string name, Func<byte[]> make)
    {
        if (TryRead(name) is { } present)
        {
            return present;
        }

        OwnerFile.TryCreate(PathOf(name), make());
        return File.ReadAllBytes(PathOf(name));
    }

    /// <summary>Opens a file to which lines are appended; what is there stays.</summary>
    public FileStream OpenAppend(string name) => OwnerFile.OpenAppend(PathOf(name));
}
