using System.Text;
using Mesh.Files;

namespace Mesh.Laptop.Files;

/// <summary>Text and directories that only the user may read.</summary>
internal static class SecretFile
{
    /// <summary>The mode of such directories, 0700.</summary>
    public const UnixFileMode OwnerOnly = OwnerFile.DirectoryMode;

    /// <summary>Writes a file of mode 0600 in UTF-8, whole or not at all.</summary>
    public static void Write(string path, string text) => OwnerFile.Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Makes a directory of mode 0700, and those it is in, unless they are there.</summary>
    public static void MakeFolder(string folder) => OwnerFile.MakeDirectory(folder);
}
