using System.Globalization;
using System.Text.Json.Nodes;

namespace Mesh.Model.Simulation;

/// <summary>Explanations for people: what happens first, then each decision with its cause, and behind it what was looked at and did not decide.</summary>
public static class ExplanationText
{
    private const int TopicWidth = 28;
    private static readonly TextRun[] Empty = [];

    /// <summary>Writes an explanation, as <see cref="ExplanationJson"/> has it, without colours.</summary>
    public static string Of(JsonNode explanation) => string.Join('\n', Lines(explanation).Select(line => string.Concat(line.Select(run => run.Text))));

    /// <summary>The lines of an explanation, as <see cref="ExplanationJson"/> has it.</summary>
    public static IEnumerable<TextRun[]> Lines(JsonNode explanation)
    {
        var request = explanation["request"]!;
        yield return [new($"{request["caller"]} → {request["callee"]}", TextRole.Heading), new($"  {request["method"]} {request["path"]}")];
        yield return [Verdict(explanation), new($" {explanation["summary"]}")];
        foreach (var kept in Items(explanation["kept"]))
        {
            yield return [new($"! {kept["note"]}", TextRole.Doubtful)];
        }

        var backends = Items(explanation["backends"]).ToArray();
        var steps = Items(explanation["steps"]);
        foreach (var line in Steps(backends is [var only] ? steps.Concat(Items(only["steps"])) : steps))
        {
            yield return line;
        }

        foreach (var backend in backends.Length > 1 ? backends : [])
        {
            yield return Empty;
            yield return [new(Share(backend), TextRole.Heading)];
            foreach (var line in Steps(Items(backend["steps"])))
            {
                yield return line;
            }
        }

        foreach (var copy in Items(explanation["copies"]))
        {
            yield return Empty;
            yield return [new($"copies of {Share(copy)}{(copy["error"] is { } error ? $", refused there: {error}" : "")}", TextRole.Heading)];
        }

        if (explanation["shadow"] is JsonArray { Count: > 0 } shadow)
        {
            yield return Empty;
            yield return [new("What is rehearsed (mesh.dev/effect: shadow) would change:", TextRole.Doubtful)];
            foreach (var line in shadow)
            {
                yield return [new($"  {line}")];
            }
        }
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

    private static TextRun Verdict(JsonNode explanation)
    {
        if (explanation["passes"]?.GetValue<bool>() == true)
        {
            return new("✓", TextRole.Good);
        }

        return explanation["error"] is null && explanation["status"] is not null ? new("→", TextRole.Good) : new("✗", TextRole.Bad);
    }

    private static string Share(JsonObject backend) => string.Create(CultureInfo.InvariantCulture, $"{backend["percent"]!.GetValue<double>():0.##} % to {backend["backend"]}");

    private static IEnumerable<TextRun[]> Steps(IEnumerable<JsonObject> steps)
    {
        foreach (var sidecar in steps.GroupBy(s => s["sidecar"]!.ToString()))
        {
            yield return Empty;
            yield return [new($"sidecar of {sidecar.Key}", TextRole.Sidecar)];
            foreach (var line in sidecar.SelectMany(Step))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<TextRun[]> Step(JsonObject step)
    {
        var ends = step["ends"]?.GetValue<bool>() == true;
        yield return [new($"  {step["topic"]!.ToString().PadRight(TopicWidth)}", TextRole.Topic), new($"{step["decision"]}", ends ? TextRole.Bad : TextRole.Plain), Because(step["origin"])];
        var details = Items(step["details"]).ToArray();

        // The only one there was says nothing that its step does not.
        foreach (var detail in details is [var only] && only["verdict"]?.ToString() == "decides" ? [] : details)
        {
            var (mark, role, suffix) = detail["verdict"]?.ToString() switch
            {
                "decides" => ("✓", TextRole.Good, ""),
                "overruled" => ("✗", TextRole.Doubtful, " (overruled)"),
                "not reached" => ("·", TextRole.Quiet, " (not reached)"),
                _ => ("·", TextRole.Quiet, ""),
            };
            yield return [new($"{new string(' ', TopicWidth + 2)}{mark}", role), new($" {detail["text"]}{suffix}"), Because(detail["origin"])];
        }
    }

    private static TextRun Because(JsonNode? origin) => new(Cause(origin) is { Length: > 0 } cause ? $"  ← {cause}" : "", TextRole.Quiet);

    private static IEnumerable<JsonObject> Items(JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();
}
