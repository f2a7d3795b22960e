using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Laptop.Api;

/// <summary>An error of the API: RFC 9457 with everything that is wrong at once.</summary>
internal sealed record Problem(string Title, string Detail, ImmutableArray<ProblemViolation> Violations)
{
    /// <summary>Reads one, or <see langword="null"/> if the text is none.</summary>
    public static Problem? Read(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is not JsonObject o || o["title"] is null)
            {
                return null;
            }

            return new Problem(
                o["title"]!.ToString(),
                o["detail"]?.ToString() ?? "",
                [
                    .. (o["violations"] as JsonArray ?? []).OfType<JsonObject>().Select(v => new ProblemViolation(
                        v["document"]?.ToString(), v["path"]?.ToString() ?? "", v["message"]?.ToString() ?? "", v["line"] is JsonValue line && line.TryGetValue<int>(out var number) ? number : null)),
                ]);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
