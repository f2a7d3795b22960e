using System.Text.Json.Nodes;

namespace Mesh.Hosting.Dashboard;

/// <summary>What is wrong with the configuration, a line each, as the API's sources say it.</summary>
internal static class PolicyFaults
{
    /// <summary>All of it.</summary>
    public static string[] Of(JsonNode sources) =>
    [
        .. Items(sources, "files").SelectMany(f => Items(f, "violations").Select(v => $"{f["source"]}/{f["path"]}{(v["line"] is { } line ? $":{line}" : "")}: {Path(v)}{v["message"]}")),
        .. Items(sources, "warnings").Select(w => $"{w["document"]}: {Path(w)}{w["message"]}"),
        .. Items(sources, "refused").Select(r => $"{r["profile"]}: {r["message"]}"),
    ];

    private static IEnumerable<JsonObject> Items(JsonNode node, string name) => (node[name] as JsonArray ?? []).OfType<JsonObject>();

    private static string Path(JsonObject item) => item["path"]?.ToString() is { Length: > 0 } path ? $"{path}: " : "";
}
