using System.Runtime.InteropServices;

namespace Mesh.Proxy.Relay;

/// <summary>Replaces a symbolic link in one step. <see cref="File.Move(string, string, bool)"/> follows links: it takes none that leads to a directory.</summary>
internal static partial class LinkSwap
{
    /// <summary>Makes a link lead elsewhere, or makes it.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static void Point(string link, string target)
    {
        var draft = link + ".new";
        File.Delete(draft);
        File.CreateSymbolicLink(draft, target);
        if (Rename(draft, link) != 0)
        {
            throw new IOException($"{draft} cannot be renamed to {link}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
