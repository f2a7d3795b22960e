using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Mesh.Model.Simulation;

/// <summary>Explanations as plain text: what happens first, then each decision with its cause, and behind it what was looked at and did not decide.</summary>
public static class ExplanationText
{
    private const int TopicWidth = 28;

    /// <summary>Writes an explanation, as <see cref="ExplanationJson"/> has it.</summary>
    public static string Of(JsonObject explanation)
    {
        var text = new StringBuilder();
        var request = explanation["request"]!;
        text.Append(CultureInfo.InvariantCulture, $"{request["caller"]} → {request["callee"]}  {request["method"]} {request["path"]}\n{explanation["summary"]}\n");
        var backends = Items(explanation["backends"]).ToArray();
        var steps = Items(explanation["steps"]);
        Steps(backends is [var only] ? steps.Concat(Items(only["steps"])) : steps, text);
        foreach (var backend in backends.Length > 1 ? backends : [])
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{backend["percent"]!.GetValue<double>():0.##} % to {backend["backend"]}\n");
            Steps(Items(backend["steps"]), text);
        }

        if (explanation["shadow"] is JsonArray { Count: > 0 } shadow)
        {
            text.Append("\nWhat is rehearsed (mesh.dev/effect: shadow) would change:\n");
            foreach (var line in shadow)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {line}\n");
            }
        }

        return text.ToString().TrimEnd('\n');
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
        return $"{kind} {origin["name"]}{rule}{location}";
    }

    private static void Steps(IEnumerable<JsonObject> steps, StringBuilder text)
    {
        foreach (var sidecar in steps.GroupBy(s => s["sidecar"]!.ToString()))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nsidecar of {sidecar.Key}\n");
            foreach (var step in sidecar)
            {
                Line($"  {step["topic"]!.ToString().PadRight(TopicWidth)}{step["decision"]}", step["origin"], text);
                var details = Items(step["details"]).ToArray();

                // The only one there was says nothing that its step does not.
                foreach (var detail in details is [var only] && only["verdict"]?.ToString() == "decides" ? [] : details)
                {
                    var verdict = detail["verdict"]?.ToString();
                    Line($"{new string(' ', TopicWidth + 2)}· {detail["text"]}{(verdict is null or "does not match" ? "" : $" ({verdict})")}", detail["origin"], text);
                }
            }
        }
    }

    private static void Line(string said, JsonNode? origin, StringBuilder text) => text.Append(said).Append(Cause(origin) is { Length: > 0 } cause ? $"  ← {cause}" : "").Append('\n');

    private static IEnumerable<JsonObject> Items(JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();
}
