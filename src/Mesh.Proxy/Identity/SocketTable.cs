using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Proxy.Identity;

/// <summary>
/// Reads <c>net/tcp</c> and <c>net/tcp6</c> of <c>/proc</c>. The kernel walks its whole table of connections for it, some milliseconds however few there are:
/// for systems that do not answer <see cref="SocketDiagnostics"/>.
/// </summary>
internal sealed class SocketTable(string proc) : ISocketInodes
{
    /// <inheritdoc />
    public ulong? Find(IPEndPoint local, IPEndPoint remote) => local.AddressFamily == AddressFamily.InterNetwork
        // A client with a dual-mode socket stands in tcp6 with IPv4-mapped addresses.
        ? Lookup("tcp", local, remote) ?? Lookup("tcp6", new IPEndPoint(local.Address.MapToIPv6(), local.Port), new IPEndPoint(remote.Address.MapToIPv6(), remote.Port))
        : Lookup("tcp6", local, remote);

    // proc_net_tcp: "sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode".
    private ulong? Lookup(string table, IPEndPoint from, IPEndPoint to)
    {
        if (ProcFile.Read($"{proc}/net/{table}") is not { } rows)
        {
            return null;
        }

        var wanted = $" {Hex(from)} {Hex(to)} ";
        var at = rows.IndexOf(wanted, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var end = rows.IndexOf('\n', at);
        var fields = rows[at..(end < 0 ? rows.Length : end)].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 8 && ulong.TryParse(fields[8], CultureInfo.InvariantCulture, out var inode) && inode > 0 ? inode : null;
    }

    // The kernel prints the address as words in the byte order of the machine.
    private static string Hex(IPEndPoint endPoint)
    {
        var bytes = endPoint.Address.GetAddressBytes();
        var text = new StringBuilder();
        for (var word = 0; word < bytes.Length; word += 4)
        {
            text.Append(BitConverter.ToUInt32(bytes, word).ToString("X8", CultureInfo.InvariantCulture));
        }

        return text.Append(':').Append(endPoint.Port.ToString("X4", CultureInfo.InvariantCulture)).ToString();
    }
}
