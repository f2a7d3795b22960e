using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Mesh.Model.Simulation;

/// <summary>Explanations as plain text: what happens first, then each decision with its cause, and behind it what was looked at and did not decide. What <c>mesh explain</c> writes, without its colours.</summary>
public static class ExplanationText
{
    private const int TopicWidth = 28;

    /// <summary>Writes an explanation, as <see cref="ExplanationJson"/> has it.</summary>
    public static string Of(JsonObject explanation)
    {
        var text = new StringBuilder();
        var request = explanation["request"]!;
        var passes = explanation["passes"]?.GetValue<bool>() == true;
        var isAnswered = explanation["error"] is null && explanation["status"] is not null;
        text.Append(CultureInfo.InvariantCulture, $"{request["caller"]} → {request["callee"]}  {request["method"]} {request["path"]}\n{(passes ? "✓" : isAnswered ? "→" : "✗")} {explanation["summary"]}\n");
        var backends = Items(explanation["backends"]).ToArray();
        var steps = Items(explanation["steps"]);
        Steps(backends is [var only] ? steps.Concat(Items(only["steps"])) : steps, text);
        foreach (var backend in backends.Length > 1 ? backends : [])
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{backend["percent"]!.GetValue<double>():0.##} % to {backend["backend"]}\n");
            Steps(Items(backend["steps"]), text);
        }

        foreach (var copy in Items(explanation["copies"]))
        {
            text.Append(CultureInfo.InvariantCulture, $"\ncopies of {copy["percent"]!.GetValue<double>():0.##} % to {copy["backend"]}{(copy["error"] is { } error ? $", refused there: {error}" : "")}\n");
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
                    var (mark, suffix) = detail["verdict"]?.ToString() switch
                    {
                        "decides" => ("✓", ""),
                        "overruled" => ("✗", " (overruled)"),
                        "not reached" => ("·", " (not reached)"),
                        _ => ("·", ""),
                    };
                    Line($"{new string(' ', TopicWidth + 2)}{mark} {detail["text"]}{suffix}", detail["origin"], text);
                }
            }
        }
    }

    private static void Line(string said, JsonNode? origin, StringBuilder text) => text.Append(said).Append(Cause(origin) is { Length: > 0 } cause ? $"  ← {cause}" : "").Append('\n');

    private static IEnumerable<JsonObject> Items(JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();
}
