using System.Globalization;

namespace Mesh.Xds.Codecs;

/// <summary>
/// Whether a message says nothing beyond another one, on the wire: also in fields that this version has no name for, and in what is packed in an Any. A resource that was understood can be said
/// again; what a newer sender said beyond that shows up as the difference.
/// </summary>
internal static class WireCover
{
    // Nothing is looked into below that: readers of protobuf stop at a hundred.
    private const int Deepest = 64;

    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Length = 2;
    private const int Fixed32 = 5;

    /// <summary>What a message says that another one does not.</summary>
    /// <param name="received">The message.</param>
    /// <param name="understood">The other one, which may say more.</param>
    /// <returns>The numbers of the fields on the way to the first difference, such as <c>3.1.2</c>; <see langword="null"/>: there is none.</returns>
    public static string? Uncovered(ReadOnlySpan<byte> received, ReadOnlySpan<byte> understood) =>
        received.SequenceEqual(understood) || IsCovered(received, understood, 0, out var path) ? null : path;

    // Fields come in the order of their numbers, those that repeat in their own: each has to be found beyond the one before it.
    private static bool IsCovered(ReadOnlySpan<byte> received, ReadOnlySpan<byte> understood, int depth, out string path)
    {
        path = "";
        while (!received.IsEmpty)
        {
            if (!TryTake(ref received, out var tag, out var value))
            {
                return false;
            }

            var number = (tag >> 3).ToString(CultureInfo.InvariantCulture);
            if (!TryFind(ref understood, tag, out var same))
            {
                path = number;
                return false;
            }

            var inner = "";
            if (!value.SequenceEqual(same) && ((tag & 7) != Length || depth == Deepest || !IsCovered(value, same, depth + 1, out inner)))
            {
                path = inner.Length == 0 ? number : $"{number}.{inner}";
                return false;
            }
        }

        return true;
    }

    private static bool TryFind(ref ReadOnlySpan<byte> message, uint wanted, out ReadOnlySpan<byte> value)
    {
        while (!message.IsEmpty && TryTake(ref message, out var tag, out value))
        {
            if (tag == wanted)
            {
                return true;
            }
        }

        value = default;
        return false;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> message, out uint tag, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryTakeVarint(ref message, out var head) || head > uint.MaxValue)
        {
            tag = 0;
            return false;
        }

        tag = (uint)head;
        var before = message;
        switch (tag & 7)
        {
            case Varint when TryTakeVarint(ref message, out _):
                value = before[..(before.Length - message.Length)];
                return true;
            case Fixed64:
                return TryTakeBytes(ref message, 8, out value);
            case Fixed32:
                return TryTakeBytes(ref message, 4, out value);
            case Length when TryTakeVarint(ref message, out var length):
                return TryTakeBytes(ref message, length, out value);
            default:
                return false; // Groups, which nobody sends, and what is no message.
        }
    }

    private static bool TryTakeBytes(ref ReadOnlySpan<byte> message, ulong length, out ReadOnlySpan<byte> value)
    {
        if (length > (ulong)message.Length)
        {
            value = default;
            return false;
        }

        value = message[..(int)length];
        message = message[(int)length..];
        return true;
    }

    private static bool TryTakeVarint(ref ReadOnlySpan<byte> message, out ulong number)
    {
        number = 0;
        for (var i = 0; i < Math.Min(message.Length, 10); i++)
        {
            number |= (ulong)(message[i] & 0x7f) << (7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
