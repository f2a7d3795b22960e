using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>The hash of names and of what requests carry: XXH64, Envoy's and gRPC's, with no seed of the process, so that every sidecar comes to the same.</summary>
internal static class KeyHash
{
    private const int OnStack = 256;

    /// <summary>The hash of a text's UTF-8.</summary>
    public static ulong Of(ReadOnlySpan<char> text, long seed = 0)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most <= OnStack)
        {
            Span<byte> octets = stackalloc byte[OnStack];
            return XxHash64.HashToUInt64(octets[..Encoding.UTF8.GetBytes(text, octets)], seed);
        }

        var rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            return XxHash64.HashToUInt64(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), seed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A hash that stands for two, whose order counts: twice the same is not nothing.</summary>
    public static ulong Join(ulong first, ulong second) => ulong.RotateLeft(first, 1) ^ second;
}
