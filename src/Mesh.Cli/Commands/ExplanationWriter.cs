using System.Text.Json.Nodes;
using Mesh.Cli.Terminal;
using Mesh.Model.Simulation;
using Spectre.Console;

namespace Mesh.Cli.Commands;

/// <summary>Writes an explanation for people, in colours where the terminal has them.</summary>
internal static class ExplanationWriter
{
    public static void Write(JsonNode explanation, Screen screen)
    {
        foreach (var line in ExplanationText.Lines(explanation))
        {
            var written = new Paragraph();
            foreach (var run in line)
            {
                written.Append(run.Text, Style(run.Role));
            }

            screen.Out.Write(written);
            screen.Out.WriteLine();
        }
    }

    private static Style Style(TextRole role) => role switch
    {
        TextRole.Heading => new(decoration: Decoration.Bold),
        TextRole.Sidecar => new(decoration: Decoration.Underline),
        TextRole.Topic => new(Color.Aqua),
        TextRole.Good => new(Color.Green),
        TextRole.Doubtful => new(Color.Yellow),
        TextRole.Bad => new(Color.Red),
        TextRole.Quiet => new(Color.Grey),
        _ => Spectre.Console.Style.Plain,
    };
}
