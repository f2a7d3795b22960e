using System.Text.Json.Nodes;
using Mesh.Cli.Terminal;
using Mesh.Model.Simulation;
using Spectre.Console;

namespace Mesh.Cli.Commands;

/// <summary>Writes what would change for people: by service, then by place.</summary>
internal static class ChangeWriter
{
    public static void Write(JsonNode answer, Screen screen)
    {
        var changes = (answer["changes"] as JsonArray ?? []).OfType<JsonObject>().ToArray();
        if (changes.Length == 0)
        {
            screen.Say("Nothing would change: every sidecar would do what it does.");
        }

        foreach (var service in changes.GroupBy(c => c["service"]!.ToString()))
        {
            screen.Out.Write(new Text($"sidecars of {service.Key}", new Style(decoration: Decoration.Bold)));
            screen.Out.WriteLine();
            foreach (var place in service.GroupBy(c => c["where"]!.ToString()))
            {
                screen.Out.Write(new Text($"  {place.Key}", new Style(Color.Aqua)));
                screen.Out.WriteLine();
                foreach (var change in place)
                {
                    Change(change, screen);
                }
            }
        }

        foreach (var kept in (answer["kept"] as JsonArray ?? []).OfType<JsonObject>())
        {
            screen.Say($"{kept["note"]}");
        }

        foreach (var warning in (answer["warnings"] as JsonArray ?? []).OfType<JsonObject>())
        {
            screen.Say($"{warning["rule"]}: {warning["document"]}: {warning["path"]} {warning["message"]}");
        }
    }

    private static void Change(JsonObject change, Screen screen)
    {
        var (before, after) = (change["before"]?.ToString(), change["after"]?.ToString());
        var (mark, colour, text) = (before, after) switch
        {
            (null, _) => ("+", Color.Green, after!),
            (_, null) => ("-", Color.Red, before),
            _ => ("~", Color.Yellow, $"{before} → {after}"),
        };
        var causes = string.Join(", was ", new[] { ExplanationText.Cause(change["afterOrigin"]), ExplanationText.Cause(change["beforeOrigin"]) }.Where(c => c.Length > 0));
        screen.Out.Write(new Paragraph()
            .Append($"    {mark} ", new Style(colour))
            .Append($"{change["setting"]}: {text}")
            .Append(causes.Length == 0 ? "" : $"  ← {(after is null ? "no longer by " : "")}{causes}", new Style(Color.Grey)));
        screen.Out.WriteLine();
    }
}
