using System.Buffers.Binary;
using System.Text;

namespace Mesh.Hostile.Tests.Http2;

/// <summary>One frame of HTTP/2 (RFC 9113, section 4.1), as it is: nothing keeps a test from writing a wrong one.</summary>
internal sealed record Http2Frame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    public const byte Data = 0, Headers = 1, Priority = 2, Reset = 3, Settings = 4, Push = 5, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;

    public const byte EndStream = 1, Ack = 1, EndHeaders = 4, Padded = 8;

    /// <summary>What a caller with prior knowledge begins with, with settings of its own.</summary>
    public static byte[] Preface(params (ushort Id, uint Value)[] settings) =>
        [.. Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), .. new Http2Frame(Settings, 0, 0, [.. settings.SelectMany(s => Setting(s.Id, s.Value))]).Octets];

    /// <summary>On the wire.</summary>
    public byte[] Octets
    {
        get
        {
            var octets = new byte[9 + Payload.Length];
            octets[0] = (byte)(Payload.Length >> 16);
            octets[1] = (byte)(Payload.Length >> 8);
            octets[2] = (byte)Payload.Length;
            octets[3] = Type;
            octets[4] = Flags;
            BinaryPrimitives.WriteInt32BigEndian(octets.AsSpan(5), Stream);
            Payload.CopyTo(octets, 9);
            return octets;
        }
    }

    /// <summary>A request: its headers, in as many frames as they need.</summary>
    public static byte[] Request(int stream, bool endStream, IEnumerable<(string Name, string Value)> headers)
    {
        const int most = 16 * 1024;
        var block = Block(headers);
        var parts = block.Chunk(most).DefaultIfEmpty([]).ToList();
        return [.. parts.SelectMany((part, i) => new Http2Frame(
            i == 0 ? Headers : Continuation,
            (byte)((i == parts.Count - 1 ? EndHeaders : 0) | (i == 0 && endStream ? EndStream : 0)),
            stream,
            part).Octets)];
    }

    /// <summary>Headers as HPACK writes those that it does not know: literal, without indexing, without Huffman.</summary>
    public static byte[] Block(IEnumerable<(string Name, string Value)> headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            Text(block, name);
            Text(block, value);
        }

        return [.. block];
    }

    /// <summary>The headers of a plain request.</summary>
    public static (string Name, string Value)[] Plain(string method, string path) => [(":method", method), (":scheme", "http"), (":authority", "a"), (":path", path)];

    private static void Text(List<byte> block, string text)
    {
        // RFC 7541, section 5.1, with a prefix of seven bits
        var length = text.Length;
        if (length < 127)
        {
            block.Add((byte)length);
        }
        else
        {
            block.Add(127);
            for (length -= 127; length >= 128; length /= 128)
            {
                block.Add((byte)((length % 128) + 128));
            }

            block.Add((byte)length);
        }

        block.AddRange(Encoding.Latin1.GetBytes(text));
    }

    private static byte[] Setting(ushort id, uint value)
    {
        var octets = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(octets, id);
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(2), value);
        return octets;
    }
}
