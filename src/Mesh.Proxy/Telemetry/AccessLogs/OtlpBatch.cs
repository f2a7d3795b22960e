using Google.Protobuf;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>Puts log records into an export request, with whose they are: OTLP's ExportLogsServiceRequest.</summary>
internal sealed class OtlpBatch
{
    private const string Scope = "Mesh.Proxy.AccessLog";

    // ExportLogsServiceRequest.resource_logs; ResourceLogs.resource and .scope_logs; ScopeLogs.scope and .log_records; Resource.attributes; InstrumentationScope.name and .version.
    private const byte ResourceLogs = (1 << 3) | 2;
    private const byte ScopeLogs = (2 << 3) | 2;
    private const byte LogRecord = (2 << 3) | 2;
    private const byte Head = (1 << 3) | 2;
    private const int Attributes = 1;
    private const int Name = 1;
    private const int Version = 2;

    private readonly byte[] _resource;
    private readonly byte[] _scope;

    public OtlpBatch(IReadOnlyDictionary<string, object> resource)
    {
        _resource = Message(message =>
        {
            foreach (var (name, value) in resource)
            {
                OtlpBytes.WriteAttribute(message, Attributes, name, value.ToString() ?? "");
            }
        });
        _scope = Message(message =>
        {
            OtlpBytes.Write(message, Name, Scope);
            OtlpBytes.Write(message, Version, ProxyVersion.Text);
        });
    }

    /// <summary>The request for these records.</summary>
    /// <param name="records">The records.</param>
    /// <param name="prefix">Bytes that are left free in front of it.</param>
    public byte[] Of(IReadOnlyList<byte[]> records, int prefix)
    {
        var scopeLogs = Part(_scope.Length) + records.Sum(record => Part(record.Length));
        var resourceLogs = Part(_resource.Length) + Part(scopeLogs);
        using var bytes = new MemoryStream(prefix + Part(resourceLogs));
        bytes.SetLength(prefix);
        bytes.Position = prefix;
        WriteHead(bytes, ResourceLogs, resourceLogs);
        WriteHead(bytes, Head, _resource.Length);
        bytes.Write(_resource);
        WriteHead(bytes, ScopeLogs, scopeLogs);
        WriteHead(bytes, Head, _scope.Length);
        bytes.Write(_scope);
        foreach (var record in records)
        {
            WriteHead(bytes, LogRecord, record.Length);
            bytes.Write(record);
        }

        return bytes.ToArray();
    }

    private static int Part(int length) => 1 + CodedOutputStream.ComputeLengthSize(length) + length;

    private static void WriteHead(MemoryStream bytes, byte tag, int length)
    {
        bytes.WriteByte(tag);
        var rest = (uint)length;
        for (; rest >= 0x80; rest >>= 7)
        {
            bytes.WriteByte((byte)(rest | 0x80));
        }

        bytes.WriteByte((byte)rest);
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var message = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(message);
        }

        return bytes.ToArray();
    }
}
