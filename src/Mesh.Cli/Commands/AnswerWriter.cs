using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Cli.Terminal;
using Mesh.Model.Serialization;
using Mesh.Yaml;
using Spectre.Console;

namespace Mesh.Cli.Commands;

/// <summary>Writes what the API answered.</summary>
internal static class AnswerWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes in the format; a table of one thing is its YAML.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="format">How.</param>
    /// <param name="columns">Members to show as columns, in this order; those that no row has are left out.</param>
    /// <param name="screen">Where to.</param>
    public static void Write(JsonNode answer, OutputFormat format, IReadOnlyList<string> columns, Screen screen)
    {
        if (format == OutputFormat.Json)
        {
            screen.Line(answer.ToJsonString(Indented));
        }
        else if (format == OutputFormat.Yaml || Rows(answer) is not { } rows)
        {
            screen.Line(YamlDocumentWriter.Write(Tree(answer)).TrimEnd());
        }
        else if (rows.Count == 0)
        {
            screen.Say("There are none.");
        }
        else
        {
            Table([.. rows.OfType<JsonObject>()], columns, screen);
        }
    }

    private static JsonArray? Rows(JsonNode answer) => answer switch
    {
        JsonArray array => array,
        JsonObject o when o.Count(m => m.Value is JsonArray) == 1 && o.Count <= 3 => o.First(m => m.Value is JsonArray).Value!.AsArray(),
        _ => null,
    };

    private static void Table(IReadOnlyList<JsonObject> rows, IReadOnlyList<string> columns, Screen screen)
    {
        string[] shown = [.. columns.Where(c => rows.Any(r => Cell(r, c).Length > 0))];
        if (shown.Length == 0)
        {
            shown = [.. rows[0].Where(m => m.Value is JsonValue).Select(m => m.Key)];
        }

        var table = new Table { Border = TableBorder.None, ShowRowSeparators = false };
        foreach (var column in shown)
        {
            table.AddColumn(new TableColumn(new Text(Heading(column), new Style(decoration: Decoration.Bold))).NoWrap().PadLeft(0).PadRight(2));
        }

        foreach (var row in rows)
        {
            table.AddRow(shown.Select(c => new Text(Cell(row, c), Colour(Cell(row, c)))));
        }

        screen.Out.Write(table);
    }

    // "certificateExpires" is read as "CERTIFICATE EXPIRES".
    private static string Heading(string member)
    {
        var last = member[(member.LastIndexOf('.') + 1)..];
        return string.Concat(last.Select((c, i) => char.IsAsciiLetterUpper(c) && i > 0 ? $" {c}" : $"{char.ToUpperInvariant(c)}"));
    }

    private static string Cell(JsonObject row, string path)
    {
        JsonNode? node = row;
        foreach (var part in path.Split('.'))
        {
            node = (node as JsonObject)?[part];
        }

        return OfNode(node);
    }

    private static string OfNode(JsonNode? node) => node switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(Brief)),
        JsonObject o => string.Join(' ', o.Select(m => $"{m.Key}={OfNode(m.Value)}")),
        JsonValue value when value.TryGetValue<bool>(out var yes) => yes ? "yes" : "no",
        JsonValue value when value.TryGetValue<string>(out var text) && IsTime(text, out var time) => time,
        _ => node.ToString(),
    };

    // Of a port or an edge in a list its name says enough.
    private static string Brief(JsonNode? node) => node switch
    {
        JsonObject o when o["service"] is { } service => o["port"] is { } port ? $"{service}/{port}" : service.ToString(),
        JsonObject o when o["name"] is { } name && o["state"] is { } state => o["reason"] is { } reason ? $"{name} ({state}: {reason})" : $"{name} ({state})",
        JsonObject o when o["name"] is { } name => o["protocol"] is { } protocol && protocol.ToString() != name.ToString() ? $"{name} ({protocol})" : name.ToString(),
        _ => OfNode(node),
    };

    // "2026-11-22T16:56:04.5587824+00:00" is more than a person reads.
    private static bool IsTime(string text, out string time)
    {
        var isTime = text.Length >= 20 && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _);
        time = isTime ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "";
        return isTime;
    }

    private static Style Colour(string text) => text.ToLowerInvariant() switch
    {
        "ready" or "live" or "in sync" or "synced" => new Style(Color.Green),
        "stale" or "pending" => new Style(Color.Yellow),
        "refused" or "error" or "expired" or "nack" => new Style(Color.Red),
        _ => Style.Plain,
    };

    private static DocumentNode Tree(JsonNode? node) => node switch
    {
        JsonObject o => new ObjectNode([.. o.Select(m => new DocumentMember(m.Key, Tree(m.Value)))]),
        JsonArray list => new ListNode([.. list.Select(Tree)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => ScalarNode.Of(value.ToString()),
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => new ScalarNode(ScalarKind.Boolean, value.ToJsonString()),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => new ScalarNode(ScalarKind.Number, value.ToJsonString()),
        _ => new ScalarNode(ScalarKind.Null, ""),
    };
}
