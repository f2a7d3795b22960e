using System.CommandLine;
using Mesh.Cli.Processes;
using Mesh.Model.Policies;
using Mesh.Model.Recording;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh record</c>.</summary>
internal static class RecordCommand
{
    public static Command Create(CommandContext context)
    {
        var duration = new Option<string?>("--for") { Description = "How long, such as 2m; at most 8h. Default: until Ctrl+C, or the end of the command.", HelpName = "duration" };
        var format = Format();
        var output = new Option<string?>("--out") { Description = "Write to this file instead of the output. Default format by its ending: .cs is csharp, .json is json, all else yaml.", HelpName = "file" };
        var words = new Argument<string[]>("command") { Description = "After --: record while this runs, such as: mesh record -- dotnet test", Arity = ArgumentArity.ZeroOrMore };
        var server = new ServerOptions();
        var command = new Command("record", "Watch who calls whom while the app or its tests run, then print the least TrafficPermissions and Timeouts that let it pass. What people and probes do does not count.") { duration, format, output, words };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var limit = Limit(parsed.GetValue(duration));
            var file = parsed.GetValue(output) is { } path ? Path.GetFullPath(path, context.Directory) : null;
            string[] app = [.. parsed.GetValue(words) ?? []];
            if (app.Length > 0 && ProgramSearch.Find(app[0], context.Directory) is null)
            {
                throw new CliException(ExitCode.Unavailable, ProgramSearch.WhyNot(app[0], context.Directory));
            }

            // Found out now and not after an hour of tests.
            if (file is not null && !Directory.Exists(Path.GetDirectoryName(file)))
            {
                throw new CliException(ExitCode.NoInput, $"--out {file}: there is no such directory.");
            }

            using var client = server.Connect(parsed, context);
            return await new RecordSession(client, context.Screen, context.Clock)
            {
                Duration = limit,
                Command = [.. app],
                Directory = context.Directory,
                Format = parsed.GetValue(format) ?? Path.GetExtension(file) switch { ".cs" => RecordFormat.CSharp, ".json" => RecordFormat.Json, _ => RecordFormat.Yaml },
                File = file,
            }.RunAsync(cancellation);
        });
        return command;
    }

    private static TimeSpan? Limit(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return Duration.TryParse(text, out var limit) && limit > TimeSpan.Zero && limit <= RecordingOrder.Longest
            ? limit
            : throw new CliException(ExitCode.Usage, $"--for {text}: must be a duration up to 8h, such as 2m.");
    }

    private static Option<RecordFormat?> Format()
    {
        var option = new Option<RecordFormat?>("--output", "-o")
        {
            Description = "yaml, csharp or json. Default: yaml.",
            HelpName = "format",
            CustomParser = result =>
            {
                var word = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
                if (word.Length > 0 && char.IsAsciiLetter(word[0]) && Enum.TryParse<RecordFormat>(word, ignoreCase: true, out var format))
                {
                    return format;
                }

                result.AddError($"--output {word}: must be yaml, csharp or json.");
                return null;
            },
        };
        option.CompletionSources.Add("yaml", "csharp", "json");
        return option;
    }
}
