using System.Runtime.InteropServices;

namespace Mesh.Proxy.Composition;

/// <summary>What only the C library can do about the memory of this process.</summary>
internal static partial class Libc
{
    private const int DontNeed = 4; // MADV_DONTNEED of sys/mman.h

    /// <summary>Gives free memory of the C library's pools back to the system. Does nothing where the library is not glibc.</summary>
    public static void TrimHeap()
    {
        try
        {
            _ = TrimHeap(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // The memory stays as it is.
        }
    }

    /// <summary>Unmaps pages; those of a file come back with the next access.</summary>
    public static void Unmap(nint address, nuint length) => _ = Advise(address, length, DontNeed);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint keep);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
