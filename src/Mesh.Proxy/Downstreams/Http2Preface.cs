using System.Buffers;

namespace Mesh.Proxy.Downstreams;

/// <summary>The bytes by which a caller with prior knowledge begins HTTP/2 (RFC 9113, section 3.4).</summary>
internal static class Http2Preface
{
    private static ReadOnlySpan<byte> Begin => "PRI * HTTP/2.0\r\n"u8;

    /// <summary>Which HTTP it is; <see langword="null"/>: the bytes do not say yet.</summary>
    public static HttpWire? Judge(in ReadOnlySequence<byte> bytes)
    {
        var length = (int)Math.Min(bytes.Length, Begin.Length);
        if (length == 0)
        {
            return null;
        }

        Span<byte> first = stackalloc byte[length];
        bytes.Slice(0, length).CopyTo(first);
        if (!Begin.StartsWith(first))
        {
            return HttpWire.Http1;
        }

        return length == Begin.Length ? HttpWire.Http2 : null;
    }
}
