using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>
/// Makes the log records of an access log: OTLP's LogRecord, https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto. Written field by field,
/// for OpenTelemetry's SDK makes records of log calls only.
/// </summary>
internal sealed class OtlpRecord(AccessLog log)
{
    // LogRecord
    private const int Time = 1;
    private const int SeverityNumber = 2;
    private const int SeverityText = 3;
    private const int Body = 5;
    private const int Attributes = 6;
    private const int Flags = 8;
    private const int TraceId = 9;
    private const int SpanId = 10;
    private const int ObservedTime = 11;
    private const int EventName = 12;

    private const int FirstBuffer = 4096;
    private const int Info = 9;
    private const int Warn = 13;
    private const string Event = "mesh.access";

    private readonly ImmutableArray<AccessOperator> _body = AccessFormat.Split(log.Body ?? AccessLog.DefaultText);
    private readonly ImmutableArray<(string Name, ImmutableArray<AccessOperator> Value)> _attributes =
        [.. (log.Attributes ?? AccessLog.DefaultAttributes).Select(attribute => (attribute.Key, AccessFormat.Split(attribute.Value)))];

    // Each thread makes one record at a time; a writer with a buffer of its own would cost more than the record.
    [ThreadStatic]
    private static byte[]? _buffer;

    /// <summary>The record of what has ended.</summary>
    public byte[] Of(in AccessEntry entry)
    {
        while (true)
        {
            var buffer = _buffer ??= new byte[FirstBuffer];
            try
            {
                using var record = new CodedOutputStream(buffer);
                Write(record, entry);
                return buffer.AsSpan(0, (int)record.Position).ToArray();
            }
            catch (CodedOutputStream.OutOfSpaceException)
            {
                // Headers are bounded, and so is this.
                _buffer = new byte[buffer.Length * 2];
            }
        }
    }

    private void Write(CodedOutputStream record, in AccessEntry entry)
    {
        // What the mesh itself answered, and what failed, is found among the rest by its severity.
        var isWarning = entry.Error is not null || entry.Status >= 500;
        OtlpBytes.Write(record, Time, OtlpBytes.Nanoseconds(entry.EndedAt - entry.Elapsed));
        record.WriteTag(SeverityNumber, WireFormat.WireType.Varint);
        record.WriteEnum(isWarning ? Warn : Info);
        OtlpBytes.Write(record, SeverityText, isWarning ? "WARN" : "INFO");
        OtlpBytes.WriteValue(record, Body, AccessFormat.Text(_body, entry));
        foreach (var (name, value) in _attributes)
        {
            Write(record, name, value, entry);
        }

        WriteTrace(record, entry.Context?.Request.Headers.TraceParent);
        OtlpBytes.Write(record, ObservedTime, OtlpBytes.Nanoseconds(entry.EndedAt));
        OtlpBytes.Write(record, EventName, Event);
    }

    private static void Write(CodedOutputStream record, string name, ImmutableArray<AccessOperator> value, in AccessEntry entry)
    {
        if (value is not [var only])
        {
            OtlpBytes.WriteAttribute(record, Attributes, name, AccessFormat.Text(value, entry));
        }
        else if (only.Of(entry) is { } single)
        {
            if (only.IsNumber)
            {
                OtlpBytes.WriteAttribute(record, Attributes, name, long.Parse(single, CultureInfo.InvariantCulture));
            }
            else
            {
                OtlpBytes.WriteAttribute(record, Attributes, name, single);
            }
        }
    }

    // The hop's own span, where it has one: its header goes on with the request.
    private static void WriteTrace(CodedOutputStream record, string? traceParent)
    {
        Span<byte> id = stackalloc byte[16];
        if (traceParent is { Length: 55 }
            && Convert.FromHexString(traceParent.AsSpan(3, 32), id, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            record.WriteTag(Flags, WireFormat.WireType.Fixed32);
            record.WriteFixed32(traceParent[^1] is '1' or '3' ? 1u : 0u);
            OtlpBytes.Write(record, TraceId, id);
            if (Convert.FromHexString(traceParent.AsSpan(36, 16), id[..8], out _, out _) == System.Buffers.OperationStatus.Done)
            {
                OtlpBytes.Write(record, SpanId, id[..8]);
            }
        }
    }
}
