using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Cli.Terminal;
using Mesh.Laptop.Api;
using Mesh.Model.Serialization;
using Mesh.Model.Validation;
using Mesh.Yaml;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh apply</c>.</summary>
internal static class ApplyCommand
{
    public static Command Create(CommandContext context)
    {
        var files = new Option<string[]>("--filename", "-f")
        {
            Description = "File or directory with policies in YAML or JSON; - reads them from the input. May be given more than once.",
            HelpName = "path",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var dry = new Option<bool>("--dry-run") { Description = "Let the control plane check them and change nothing." };
        var server = new ServerOptions();
        var command = new Command("apply", "Apply policies; they win over files of the same name, survive restarts and can be undone.") { files, dry };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = server.Connect(parsed, context);
            var documents = new List<MeshDocument>();
            foreach (var (name, text) in await ReadAsync(parsed.GetValue(files)!, context, cancellation))
            {
                var read = DocumentReader.Read(text, name);
                if (!read.Violations.IsEmpty)
                {
                    foreach (var violation in read.Violations)
                    {
                        context.Screen.Say(string.Create(CultureInfo.InvariantCulture, $"{name}:{violation.Line ?? 1}: {violation}"));
                    }

                    return ExitCode.Invalid;
                }

                documents.AddRange(read.Documents);
            }

            if (documents.Count == 0)
            {
                throw new CliException(ExitCode.Invalid, "there is no document in what was given.");
            }

            var list = new JsonArray([.. documents.Select(d => JsonNode.Parse(JsonDocumentWriter.Write(d.Root)))]);
            try
            {
                var answer = await client.PostAsync(parsed.GetValue(dry) ? "policies/validate" : "policies", list, cancellation);
                Report(answer, context);
                return ExitCode.Ok;
            }
            catch (RefusedException e)
            {
                PrintProblem(e.Problem, documents, context);
                return ExitCode.Invalid;
            }
        });
        return command;
    }

    private static async Task<List<(string Name, string Text)>> ReadAsync(string[] paths, CommandContext context, CancellationToken cancellation)
    {
        var texts = new List<(string, string)>();
        if (paths.Contains("-"))
        {
            texts.Add(("(input)", await context.Screen.Input.ReadToEndAsync(cancellation)));
        }

        foreach (var file in DocumentFiles.Find(paths.Where(p => p != "-"), context.Directory))
        {
            texts.Add((ShownPath.From(context.Directory, file), await File.ReadAllTextAsync(file, cancellation)));
        }

        return texts;
    }

    private static void Report(JsonNode answer, CommandContext context)
    {
        foreach (var result in (answer["documents"] as JsonArray ?? []).OfType<JsonObject>())
        {
            context.Screen.Line($"{result["kind"]} {result["namespace"]}/{result["name"]} {(result["result"]?.ToString() is "valid" ? "is valid, nothing was changed" : result["result"])}");
        }

        foreach (var warning in (answer["warnings"] as JsonArray ?? []).OfType<JsonObject>())
        {
            context.Screen.Say($"warning: {warning["document"]}: {warning["path"]} {warning["message"]}");
        }
    }

    // The control plane got the documents without their files; the number or name of a document leads back to file and line.
    private static void PrintProblem(Problem problem, List<MeshDocument> documents, CommandContext context)
    {
        foreach (var violation in problem.Violations)
        {
            var document = Find(violation.Document, documents);
            var line = document.LineOf(new FieldPath(violation.Path == FieldPath.Root.ToString() ? "" : violation.Path));
            context.Screen.Say(string.Create(CultureInfo.InvariantCulture, $"{document.SourceName}:{line}: {violation.Path}: {violation.Message}"));
        }

        context.Screen.Wrong($"{problem.Title}: {problem.Detail}");
    }

    private static MeshDocument Find(string? label, List<MeshDocument> documents)
    {
        var named = documents.FirstOrDefault(d => label is not null
            && d.Root["metadata"] is ObjectNode metadata && metadata["name"] is ScalarNode name && label.EndsWith(name.Text, StringComparison.Ordinal)
            && d.Root["kind"] is ScalarNode kind && label.StartsWith(kind.Text, StringComparison.Ordinal));
        if (named is not null)
        {
            return named;
        }

        var digits = new string([.. (label ?? "").Where(char.IsAsciiDigit)]);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= documents.Count ? documents[number - 1] : documents[0];
    }
}
