using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Mesh.Model.Policies.AccessLog;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>Makes the lines of an access log. What callers wrote cannot end a line or steer a terminal.</summary>
internal sealed class AccessFormat
{
    private const string Nothing = "-";

    // Each thread makes one line at a time, and buffers of its own would cost more than the line.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _bytes;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private readonly ImmutableArray<AccessOperator> _text;
    private readonly ImmutableArray<(string Name, ImmutableArray<AccessOperator> Value)> _json;
    private readonly bool _omitsEmpty;

    public AccessFormat(AccessLog log)
    {
        _text = Split(log.Text ?? AccessLog.DefaultText);
        _json = [.. (log.Json ?? ImmutableSortedDictionary<string, string>.Empty).Select(field => (field.Key, Split(field.Value)))];
        _omitsEmpty = log.OmitEmptyValues;
    }

    /// <summary>The line of a request, with its end.</summary>
    public string Line(in AccessEntry entry)
    {
        if (!_json.IsEmpty)
        {
            return Json(entry);
        }

        var line = new StringBuilder(256);
        Append(line, _text, entry);
        return line.Append('\n').ToString();
    }

    private string Json(in AccessEntry entry)
    {
        var bytes = _bytes ??= new ArrayBufferWriter<byte>(1024);
        var json = _writer ??= new Utf8JsonWriter(bytes);
        bytes.ResetWrittenCount();
        json.Reset(bytes);
        json.WriteStartObject();
        foreach (var (name, value) in _json)
        {
            Write(json, name, value, entry);
        }

        json.WriteEndObject();
        json.Flush();
        bytes.Write("\n"u8);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private void Write(Utf8JsonWriter json, string name, ImmutableArray<AccessOperator> value, in AccessEntry entry)
    {
        if (value is not [var only])
        {
            json.WriteString(name, Text(value, entry));
            return;
        }

        var single = only.Of(entry);
        if (single is null)
        {
            if (!_omitsEmpty)
            {
                json.WriteNull(name);
            }
        }
        else if (only.IsNumber)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(single);
        }
        else
        {
            json.WriteString(name, single);
        }
    }

    private static void Append(StringBuilder line, ImmutableArray<AccessOperator> parts, in AccessEntry entry)
    {
        foreach (var part in parts)
        {
            var value = part.Of(entry) ?? Nothing;
            if (part.Name is null)
            {
                line.Append(value);
                continue;
            }

            foreach (var c in value)
            {
                line.Append(char.IsControl(c) ? ' ' : c == '"' ? '\'' : c);
            }
        }
    }

    /// <summary>A text with what its operators give.</summary>
    public static string Text(ImmutableArray<AccessOperator> parts, in AccessEntry entry)
    {
        var text = new StringBuilder(128);
        Append(text, parts, entry);
        return text.ToString();
    }

    /// <summary>Takes a text apart.</summary>
    public static ImmutableArray<AccessOperator> Split(string text) => [.. CommandOperators.Split(text).Select(part => new AccessOperator(part.Name, part.Value))];
}
