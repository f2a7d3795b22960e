using System.Buffers;

namespace Mesh.Proxy.Upstreams;

/// <summary>Which characters a header or trailer may hold (RFC 9110, sections 5.1 and 5.5).</summary>
internal static class FieldText
{
    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // All but the tab.
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        "\0\x01\x02\x03\x04\x05\x06\x07\x08\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f");

    /// <summary>Whether it can be a name.</summary>
    public static bool IsName(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Token);

    /// <summary>Whether it can be a value.</summary>
    public static bool IsValue(string? text) => !text.AsSpan().ContainsAny(Controls);
}
