using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Cli.AppFiles;
using Mesh.Cli.Checking;
using Mesh.Laptop.Api;
using Mesh.Model.Compilation;
using Mesh.Model.Simulation;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh explain</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create(CommandContext context)
    {
        var caller = new Argument<string>("caller") { Description = $"Who calls: a service (name or namespace/name), {SimulatedRequestReader.Developer} (the person at a front door), {SimulatedRequestReader.Anyone} (somebody there without an identity), or a SPIFFE id." };
        var callee = new Argument<string>("callee") { Description = "What is called: service, service/port or namespace/service/port." };
        var method = new Argument<string>("method") { Description = "The method. Default: GET.", DefaultValueFactory = _ => "GET" };
        var path = new Argument<string>("path") { Description = "Path and query. Default: /.", DefaultValueFactory = _ => "/" };
        var headers = new Option<string[]>("--header") { Description = "A header of the request, such as x-beta=1; may be given again.", HelpName = "name=value" };
        var token = new TokenOptions();
        var files = new Option<string[]>("--filename", "-f")
        {
            Description = $"Explain what these files and directories say instead of what runs: app files ({AppFile.DefaultName}, with its policies), services, policies.",
            HelpName = "path",
            AllowMultipleArgumentsPerToken = true,
        };
        var exitCode = new Option<bool>("--exit-code") { Description = $"End with {ExitCode.NotReached} where no app would answer, whichever backend is taken. Default: 0, for it was explained." };
        var format = OutputOption.Create();
        var server = new ServerOptions();
        var command = new Command("explain", "Say what the mesh would do with a request, decision by decision, and which policy, file and line is the cause: mesh explain orders payments POST /charge")
        {
            caller, callee, method, path, headers, files, format, exitCode,
        };
        token.AddTo(command);
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new JsonObject
            {
                ["caller"] = parsed.GetValue(caller),
                ["callee"] = parsed.GetValue(callee),
                ["method"] = parsed.GetValue(method),
                ["path"] = parsed.GetValue(path),
                ["headers"] = Pairs(parsed.GetValue(headers), "--header"),
            };
            token.Write(parsed, context, request);
            var answer = parsed.GetValue(files) is { Length: > 0 } given ? Offline(request, given, context) : await LiveAsync(request, server.Connect(parsed, context), cancellation);
            if (answer is null)
            {
                return ExitCode.Invalid;
            }

            if (parsed.GetValue(format) == OutputFormat.Table)
            {
                ExplanationWriter.Write(answer, context.Screen);
            }
            else
            {
                AnswerWriter.Write(answer, parsed.GetValue(format), [], context.Screen);
            }

            return parsed.GetValue(exitCode) && answer["passes"]?.GetValue<bool>() != true ? ExitCode.NotReached : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<JsonNode> LiveAsync(JsonObject request, ControlPlaneClient client, CancellationToken cancellation)
    {
        using (client)
        {
            return await client.PostAsync("explain", request, cancellation);
        }
    }

    private static JsonObject? Offline(JsonObject request, string[] paths, CommandContext context)
    {
        var check = new OfflineCheck(context.Directory);
        foreach (var file in DocumentFiles.Find(paths, context.Directory))
        {
            check.Add(file);
        }

        // What cannot be read is left out, as a control plane would leave it out, but not in silence.
        foreach (var finding in check.Mistakes)
        {
            context.Screen.Say(finding.ToString());
        }

        var configuration = check.Configuration;
        var simulated = SimulatedRequestReader.Read(request, configuration.Topology, out var violations) with { At = context.Clock.GetUtcNow() };
        foreach (var violation in violations)
        {
            context.Screen.Say($"{violation.Path}: {violation.Message}");
        }

        return violations.IsEmpty ? ExplanationJson.Write(RequestSimulator.Explain(configuration, SnapshotCompiler.Compile(configuration.Topology, configuration.Policies), simulated)) : null;
    }

    internal static JsonObject Pairs(string[]? texts, string option)
    {
        var pairs = new JsonObject();
        foreach (var text in texts ?? [])
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new CliException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{option} {text}: must be name=value."));
            }

            pairs[text[..equals]] = text[(equals + 1)..];
        }

        return pairs;
    }
}
