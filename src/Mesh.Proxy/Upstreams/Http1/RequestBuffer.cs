using System.Buffers.Text;
using System.Text;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Octets of a request's head on their way out.</summary>
internal sealed class RequestBuffer
{
    private byte[] _octets = new byte[1024];
    private int _length;

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _octets.AsMemory(0, _length);

    /// <summary>How many octets were written.</summary>
    public int Length => _length;

    public void Clear() => _length = 0;

    public void Append(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(Room(octets.Length));
        _length += octets.Length;
    }

    /// <summary>Latin-1, as Kestrel read it.</summary>
    public void Append(string text)
    {
        Encoding.Latin1.GetBytes(text, Room(text.Length));
        _length += text.Length;
    }

    public void Append(long number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out var written);
        _length += written;
    }

    private Span<byte> Room(int wanted)
    {
        if (_octets.Length - _length < wanted)
        {
            Array.Resize(ref _octets, Math.Max(_octets.Length * 2, _length + wanted));
        }

        return _octets.AsSpan(_length);
    }
}
