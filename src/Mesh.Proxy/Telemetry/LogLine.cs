using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mesh.Proxy.Telemetry;

/// <summary>Makes one line of one log event.</summary>
internal static class LogLine
{
    /// <summary>For people: time, level, category, event id, text, and an exception on the same line.</summary>
    public static string Text(DateTimeOffset at, LogLevel level, string category, EventId id, string message, Exception? exception)
    {
        var line = new StringBuilder(128);
        line.Append(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).Append(' ').Append(Word(level)).Append(' ');
        line.Append(category.AsSpan(category.LastIndexOf('.') + 1)).Append('[').Append(id.Id).Append("] ");
        OneLine(line, message);
        if (exception is not null)
        {
            line.Append(" | ");
            OneLine(line, exception.ToString());
        }

        return line.Append('\n').ToString();
    }

    /// <summary>For machines: one object, with the event's own values beside its text.</summary>
    public static string Json<TState>(DateTimeOffset at, LogLevel level, string category, EventId id, TState state, string message, Exception? exception)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", at.UtcDateTime);
            json.WriteString("level", level.ToString());
            json.WriteString("category", category);
            json.WriteNumber("eventId", id.Id);
            json.WriteString("event", id.Name);
            json.WriteString("message", message);
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                json.WriteStartObject("values");
                foreach (var (name, value) in values)
                {
                    if (name != "{OriginalFormat}")
                    {
                        json.WriteString(name, System.Convert.ToString(value, CultureInfo.InvariantCulture));
                    }
                }

                json.WriteEndObject();
            }

            if (exception is not null)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    // Control characters in a value could forge a second line or steer a terminal.
    private static void OneLine(StringBuilder line, string text)
    {
        foreach (var c in text)
        {
            line.Append(char.IsControl(c) ? ' ' : c);
        }
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "WARN",
        LogLevel.Error => "ERROR",
        _ => "FATAL",
    };
}
