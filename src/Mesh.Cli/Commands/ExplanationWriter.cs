using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Cli.Terminal;
using Spectre.Console;

namespace Mesh.Cli.Commands;

/// <summary>Writes an explanation for people: what happens first, then each decision with its cause, and behind it what was looked at and did not decide.</summary>
internal static class ExplanationWriter
{
    private const int TopicWidth = 28;

    public static void Write(JsonNode explanation, Screen screen)
    {
        var request = explanation["request"]!;
        var asked = new Paragraph().Append($"{request["caller"]} → {request["callee"]}", new Style(decoration: Decoration.Bold)).Append($"  {request["method"]} {request["path"]}");
        screen.Out.Write(asked);
        screen.Out.WriteLine();
        var passes = explanation["passes"]?.GetValue<bool>() == true;
        var isAnswered = explanation["error"] is null && explanation["status"] is not null;
        Line(screen, passes ? "✓" : isAnswered ? "→" : "✗", passes || isAnswered ? Color.Green : Color.Red, explanation["summary"]!.ToString(), "");
        var backends = Items(explanation["backends"]).ToArray();
        var steps = Items(explanation["steps"]);
        Steps(backends is [var only] ? steps.Concat(Items(only["steps"])) : steps, screen);
        foreach (var backend in backends.Length > 1 ? backends : [])
        {
            screen.Out.WriteLine();
            var share = string.Create(CultureInfo.InvariantCulture, $"{backend["percent"]!.GetValue<double>():0.##} % to {backend["backend"]}");
            screen.Out.Write(new Text(share, new Style(decoration: Decoration.Bold)));
            screen.Out.WriteLine();
            Steps(Items(backend["steps"]), screen);
        }

        foreach (var copy in Items(explanation["copies"]))
        {
            screen.Out.WriteLine();
            var what = copy["error"] is { } error ? $", refused there: {error}" : "";
            screen.Out.Write(new Text(string.Create(CultureInfo.InvariantCulture, $"copies of {copy["percent"]!.GetValue<double>():0.##} % to {copy["backend"]}{what}"), new Style(decoration: Decoration.Bold)));
            screen.Out.WriteLine();
        }

        foreach (var text in (explanation["shadow"] as JsonArray ?? []).Select((line, i) => (Text: line!.ToString(), IsFirst: i == 0)))
        {
            if (text.IsFirst)
            {
                screen.Out.WriteLine();
                screen.Out.Write(new Text("What is rehearsed (mesh.dev/effect: shadow) would change:", new Style(Color.Yellow)));
                screen.Out.WriteLine();
            }

            Line(screen, " ", Color.Default, text.Text, "");
        }
    }

    private static void Steps(IEnumerable<JsonObject> steps, Screen screen)
    {
        foreach (var sidecar in steps.GroupBy(s => s["sidecar"]!.ToString()))
        {
            screen.Out.WriteLine();
            screen.Out.Write(new Text($"sidecar of {sidecar.Key}", new Style(decoration: Decoration.Underline)));
            screen.Out.WriteLine();
            foreach (var step in sidecar)
            {
                Step(step, screen);
            }
        }
    }

    private static void Step(JsonObject step, Screen screen)
    {
        var topic = step["topic"]!.ToString();
        var ends = step["ends"]?.GetValue<bool>() == true;
        screen.Out.Write(new Paragraph()
            .Append($"  {topic.PadRight(TopicWidth)}", new Style(Color.Aqua))
            .Append(step["decision"]!.ToString(), ends ? new Style(Color.Red) : Style.Plain)
            .Append(Cause(step["origin"]) is { Length: > 0 } cause ? $"  {cause}" : "", new Style(Color.Grey)));
        screen.Out.WriteLine();
        var details = Items(step["details"]).ToArray();

        // The only one there was says nothing that its step does not.
        foreach (var detail in details is [var only] && only["verdict"]?.ToString() == "decides" ? [] : details)
        {
            var (mark, colour, suffix) = detail["verdict"]?.ToString() switch
            {
                "decides" => ("✓", Color.Green, ""),
                "overruled" => ("✗", Color.Yellow, " (overruled)"),
                "not reached" => ("·", Color.Grey, " (not reached)"),
                _ => ("·", Color.Grey, ""),
            };
            Line(screen, $"{new string(' ', TopicWidth + 2)}{mark}", colour, $"{detail["text"]}{suffix}", Cause(detail["origin"]));
        }
    }

    private static void Line(Screen screen, string mark, Color colour, string text, string cause)
    {
        screen.Out.Write(new Paragraph().Append($"{mark} ", new Style(colour)).Append(text).Append(cause.Length == 0 ? "" : $"  {cause}", new Style(Color.Grey)));
        screen.Out.WriteLine();
    }

    /// <summary>Who said so; empty: nobody, it is a default.</summary>
    public static string Cause(JsonNode? origin)
    {
        var kind = origin?["kind"]?.ToString();
        if (kind is null or "Default")
        {
            return "";
        }

        var rule = origin!["rule"] is { } path ? $" {path}" : "";
        var location = origin["location"] is { } place ? $" ({place})" : "";
        return $"← {kind} {origin["name"]}{rule}{location}";
    }

    private static IEnumerable<JsonObject> Items(JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();
}
