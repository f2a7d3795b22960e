using System.Globalization;

namespace Mesh.Cli.Processes;

/// <summary>Who listens on a TCP port, where /proc can tell.</summary>
internal static class PortOwner
{
    private const string Listening = "0A"; // TCP_LISTEN in /proc/net/tcp

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary><c>postgres (process 4711)</c>, or <see langword="null"/>: another user's process, or no /proc.</summary>
    public static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var inodes = Tables.Where(File.Exists).SelectMany(f => Inodes(f, port)).Select(i => $"socket:[{i}]").ToHashSet();
            return inodes.Count == 0 ? null : Directory.EnumerateDirectories("/proc").Select(d => Holder(d, inodes)).FirstOrDefault(h => h is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Inodes(string table, int port)
    {
        // "  0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 123456 …"
        foreach (var line in File.ReadLines(table).Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[3] == Listening && int.TryParse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var local) && local == port)
            {
                yield return fields[9];
            }
        }
    }

    private static string? Holder(string directory, HashSet<string> sockets)
    {
        if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        try
        {
            return Directory.EnumerateFiles($"{directory}/fd").Any(f => File.ResolveLinkTarget(f, returnFinalTarget: false) is { } link && sockets.Contains(Path.GetFileName(link.FullName)))
                ? string.Create(CultureInfo.InvariantCulture, $"{File.ReadAllText($"{directory}/comm").Trim()} (process {id})")
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Another user's, or gone in between.
        }
    }
}
