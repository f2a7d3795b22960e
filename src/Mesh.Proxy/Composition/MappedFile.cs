using System.Globalization;

namespace Mesh.Proxy.Composition;

/// <summary>A stretch of memory that shows a file as it is on disk, and can be unmapped and read again at any time.</summary>
/// <param name="Address">Where it begins.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct MappedFile(nint Address, nuint Length)
{
    /// <summary>Finds those of a process.</summary>
    /// <param name="lines">Its <c>smaps</c> (proc(5)).</param>
    public static List<MappedFile> ReadAll(IEnumerable<string> lines)
    {
        var found = new List<MappedFile>();
        MappedFile? candidate = null;
        foreach (var line in lines)
        {
            if (line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                // A page that was written to, be it by the loader, is no longer the file's.
                if (candidate is { } whole && line.AsSpan("Anonymous:".Length).Trim().SequenceEqual("0 kB"))
                {
                    found.Add(whole);
                }

                candidate = null;
            }
            else if (char.IsAsciiHexDigitLower(line[0]) || char.IsAsciiDigit(line[0]))
            {
                candidate = Read(line);
            }
        }

        return found;
    }

    // address-address perms offset device inode path: private, of a file, and not writable.
    private static MappedFile? Read(string line)
    {
        Span<Range> parts = stackalloc Range[6];
        var text = line.AsSpan();
        if (text.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries) < 6 || text[parts[1]] is not ("r--p" or "r-xp") || text[parts[5]][0] != '/')
        {
            return null;
        }

        var addresses = text[parts[0]];
        var dash = addresses.IndexOf('-');
        var from = ulong.Parse(addresses[..dash], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var to = ulong.Parse(addresses[(dash + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new MappedFile((nint)from, (nuint)(to - from));
    }
}
