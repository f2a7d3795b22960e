using Google.Protobuf;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>The parts that OTLP's messages are made of.</summary>
internal static class OtlpBytes
{
    // KeyValue, AnyValue
    private const int Key = 1;
    private const int Value = 2;
    private const int Text = 1;
    private const int Integer = 3;

    /// <summary>Nanoseconds since 1970.</summary>
    public static ulong Nanoseconds(DateTimeOffset at) => (ulong)(at - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>A moment.</summary>
    public static void Write(CodedOutputStream message, int field, ulong nanoseconds)
    {
        message.WriteTag(field, WireFormat.WireType.Fixed64);
        message.WriteFixed64(nanoseconds);
    }

    /// <summary>A text.</summary>
    public static void Write(CodedOutputStream message, int field, string text)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteString(text);
    }

    /// <summary>Bytes, or a message.</summary>
    public static void Write(CodedOutputStream message, int field, ReadOnlySpan<byte> bytes)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteLength(bytes.Length);
        foreach (var b in bytes)
        {
            message.WriteRawTag(b);
        }
    }

    /// <summary>A value that is a text.</summary>
    public static void WriteValue(CodedOutputStream message, int field, string text)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteLength(1 + CodedOutputStream.ComputeStringSize(text));
        Write(message, Text, text);
    }

    /// <summary>An attribute that is a text.</summary>
    public static void WriteAttribute(CodedOutputStream message, int field, string name, string text)
    {
        Begin(message, field, name, 1 + CodedOutputStream.ComputeStringSize(text));
        Write(message, Text, text);
    }

    /// <summary>An attribute that is a number.</summary>
    public static void WriteAttribute(CodedOutputStream message, int field, string name, long number)
    {
        Begin(message, field, name, 1 + CodedOutputStream.ComputeInt64Size(number));
        message.WriteTag(Integer, WireFormat.WireType.Varint);
        message.WriteInt64(number);
    }

    private static void Begin(CodedOutputStream message, int field, string name, int value)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteLength(1 + CodedOutputStream.ComputeStringSize(name) + 1 + CodedOutputStream.ComputeLengthSize(value) + value);
        Write(message, Key, name);
        message.WriteTag(Value, WireFormat.WireType.LengthDelimited);
        message.WriteLength(value);
    }
}
