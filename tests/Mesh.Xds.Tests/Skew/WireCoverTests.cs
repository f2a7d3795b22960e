using Envoy.Config.Core.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Xds.Codecs;

namespace Mesh.Xds.Tests.Skew;

public sealed class WireCoverTests
{
    private static readonly byte[] Unknown = [0xf8, 0xe1, 0x09, 0x01]; // field 19999, a number

    public static TheoryData<string, IMessage, IMessage, string?> Messages => new()
    {
        { "the same", Socket("a", 1), Socket("a", 1), null },
        { "less", Socket("a", null), Socket("a", 1), null },
        { "more", Socket("a", 1), Socket("a", null), "3" },
        { "another text", Socket("a", 1), Socket("b", 1), "2" },
        { "another number", Socket("a", 2), Socket("a", 1), "3" },
        { "a field without a name", With(Socket("a", 1)), Socket("a", 1), "19999" },
        { "one inside", new Address { SocketAddress = With(Socket("a", 1)) }, new Address { SocketAddress = Socket("a", 1) }, "1.19999" },
        { "one inside an Any", Any.Pack(With(Socket("a", 1))), Any.Pack(Socket("a", 1)), "2.19999" },
        { "another type in an Any", Any.Pack(new Locality()), Any.Pack(new SocketAddress()), "1" },
        { "a list that goes on", List("a", "b"), List("a"), "1" },
        { "a list in another order", List("a", "b"), List("b", "a"), "1.3" },
        { "a shorter list", List("a"), List("a", "b"), null },
    };

    [Theory]
    [MemberData(nameof(Messages), DisableDiscoveryEnumeration = true)]
    public void Uncovered_NamesTheFirstFieldThatTheOtherLacks(string what, IMessage received, IMessage understood, string? expected)
    {
        var field = WireCover.Uncovered(received.ToByteArray(), understood.ToByteArray());

        Assert.True(expected == field, $"{what}: {field}");
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0x0a, 0x05, 0x01 })]
    [InlineData(new byte[] { 0x0b, 0x0c })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    public void Uncovered_WhatIsNoMessage_IsNotCovered(byte[] received) => Assert.NotNull(WireCover.Uncovered(received, Socket("a", 1).ToByteArray()));

    [Fact]
    public void Uncovered_NestedWithoutEnd_EndsAll()
    {
        var (deep, other) = (Nested(2000, 1), Nested(2000, 2));

        Assert.NotNull(WireCover.Uncovered(deep, other));
    }

    private static byte[] Nested(int depth, byte leaf)
    {
        byte[] message = [0x08, leaf];
        for (var i = 0; i < depth; i++)
        {
            using var stream = new MemoryStream();
            using (var output = new CodedOutputStream(stream, leaveOpen: true))
            {
                output.WriteTag(1, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(message));
            }

            message = stream.ToArray();
        }

        return message;
    }

    private static SocketAddress Socket(string address, uint? port)
    {
        var socket = new SocketAddress { Address = address };
        if (port is { } number)
        {
            socket.PortValue = number;
        }

        return socket;
    }

    private static ListValue List(params string[] texts) => new() { Values = { texts.Select(Value.ForString) } };

    private static T With<T>(T message)
        where T : IMessage
    {
        message.MergeFrom(Unknown);
        return message;
    }
}
