using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mesh.Model.Requests;

namespace Mesh.Proxy.Policies.TrafficPermission.Tokens;

/// <summary>What stands for a token in memory: SHA-256 of it, so that no dump of this process holds one.</summary>
internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Hashes a token of at most <see cref="TokenText.Longest"/> characters, all ASCII; others hash too, but alike where they are not.</summary>
    public static TokenHash Of(string token)
    {
        Span<byte> text = stackalloc byte[token.Length];
        Encoding.ASCII.GetBytes(token, text);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return new(
            BinaryPrimitives.ReadUInt64LittleEndian(hash),
            BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]));
    }
}
