using System.Text;

namespace Mesh.Proxy.Downstreams;

/// <summary>
/// How Kestrel reads the octets of Content-Length: digits and nothing else. It parses what an encoding gives it as a number with a sign and white space, and keeps only the
/// number, so this is the one place that still sees them.
/// </summary>
internal sealed class LengthDigits : Encoding
{
    private const char NoDigit = 'x';

    /// <summary>The one there is.</summary>
    public static LengthDigits Instance { get; } = new();

    /// <inheritdoc />
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) => GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    /// <inheritdoc />
    public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        if (bytes.IsEmpty || bytes.Length > chars.Length || bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            chars[0] = NoDigit;
            return 1;
        }

        return ASCII.GetChars(bytes, chars);
    }

    /// <inheritdoc />
    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    /// <inheritdoc />
    public override int GetMaxCharCount(int byteCount) => Math.Max(byteCount, 1);

    /// <inheritdoc />
    public override int GetByteCount(char[] chars, int index, int count) => count;

    /// <inheritdoc />
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => ASCII.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    /// <inheritdoc />
    public override int GetMaxByteCount(int charCount) => charCount;
}
