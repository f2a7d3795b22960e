using System.Buffers.Binary;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>A gRPC message as it stands in a body: a flag, a length, the message.</summary>
internal static class GrpcFrame
{
    private const int Prefix = 5;

    public static byte[] Of(ReadOnlySpan<byte> message)
    {
        var frame = new byte[Prefix + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(Prefix));
        return frame;
    }

    public static byte[] Message(byte[] frame)
    {
        Assert.Equal(frame.Length - Prefix, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1)));
        return frame[Prefix..];
    }
}
