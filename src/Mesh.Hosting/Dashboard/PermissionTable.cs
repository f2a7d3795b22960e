using System.Text;
using System.Text.Json.Nodes;

namespace Mesh.Hosting.Dashboard;

/// <summary>Who may call whom, as a Markdown table, from what the API says of services.</summary>
internal static class PermissionTable
{
    private static readonly (string Rule, string Word)[] Kinds = [("allow", "allow"), ("deny", "deny"), ("allowWithShadowDeny", "allow, shadow deny")];

    /// <summary>A row per port and rule.</summary>
    public static string Of(IEnumerable<JsonNode> services)
    {
        var table = new StringBuilder("| service | port | effect | caller | requests | said by |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var answer in services)
        {
            foreach (var port in Items(answer["callers"]))
            {
                foreach (var (name, word) in Kinds)
                {
                    foreach (var rule in Items(port[name]))
                    {
                        table.Append($"| {answer["service"]!["name"]} | {port["port"]} | {word} | {Callers(rule)} | {Requests(rule)} | {Origin(rule)} |\n");
                    }
                }
            }
        }

        return table.ToString();
    }

    private static IEnumerable<JsonObject> Items(JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();

    private static string Callers(JsonObject rule) =>
        rule["anyone"]?.GetValue<bool>() == true ? "everybody, without an identity too" : string.Join("<br>", (rule["principals"] as JsonArray ?? []).Select(p => p!.ToString()));

    private static string Requests(JsonObject rule) =>
        string.Join("<br>", Items(rule["requests"]).Select(Request).Append(rule["token"]?.ToString() is { } token ? $"with {token}" : "").Where(text => text.Length > 0)) is { Length: > 0 } some ? some : "all";

    private static string Request(JsonObject request)
    {
        var headers = string.Join(", ", Items(request["headers"]).Select(h => $"{h["name"]} {h["type"]} {h["value"]}".TrimEnd()));
        return $"{request["method"]?.ToString() ?? "any method"} {request["path"]?.ToString() ?? "any path"}{(headers.Length == 0 ? "" : $" [{headers}]")}";
    }

    private static string Origin(JsonObject rule)
    {
        var origin = rule["origin"];
        return $"{origin?["kind"]} {origin?["name"]} {(origin?["location"]?.ToString() is { Length: > 0 } where ? $"({where})" : "")}".Trim();
    }
}
