using System.CommandLine;
using System.Text.Json.Nodes;
using Mesh.Model.Planning;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh get</c>.</summary>
internal static class GetCommand
{
    // What a person asks first, for each list of the API.
    private static readonly SortedDictionary<string, string[]> Lists = new(StringComparer.Ordinal)
    {
        ["audit"] = ["at", "who", "action", "target", "outcome"],
        ["endpoints"] = ["namespace", "service", "port", "replica", "address", "state", "leftOutBy"],
        ["policies"] = ["kind", "namespace", "name", "source", "location", "inForce", "shadowedBy", "warnings"],
        ["proxies"] = ["namespace", "service", "replica", "address", "readyPorts", "current", "draining", "errors", "leavesOut", "certificateExpires", "connectedSince"],
        ["services"] = ["namespace", "name", "health", "readyReplicas", "replicas", "ports", "uses"],
        ["sources"] = ["source", "path", "state", "documents", "violations", "readAt"],
    };

    public static Command Create(CommandContext context)
    {
        var what = new Argument<string>("what") { Description = $"{string.Join(", ", Lists.Keys)}; or policy, followed by kind and name." };
        what.CompletionSources.Add([.. Lists.Keys, "policy"]);
        var words = new Argument<string[]>("name") { Description = "For policy: its kind and its name, such as Retry orders.", Arity = new ArgumentArity(0, 2) };
        var format = OutputOption.Create();
        var history = new Option<bool>("--history") { Description = "For policy: who changed it, and when." };
        var server = new ServerOptions();
        var command = new Command("get", "List what the control plane knows: services, endpoints, proxies, policies, sources, audit events.") { what, words, format, history };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (path, columns) = Request(parsed.GetValue(what)!, parsed.GetValue(words) ?? [], parsed.GetValue(history));
            using var client = server.Connect(parsed, context);
            var answer = await client.GetAsync(path, cancellation);
            if (parsed.GetValue(format) == OutputFormat.Table)
            {
                SayWhatIsWrong(answer, context);

                // A policy is its document; the sources of the configuration are files.
                answer = path.StartsWith("policies/", StringComparison.Ordinal) && answer["yaml"] is { } yaml ? yaml : path == "sources" ? answer["files"]! : answer;
                if (answer is JsonValue text)
                {
                    context.Screen.Line(text.ToString().TrimEnd());
                    return ExitCode.Ok;
                }
            }

            AnswerWriter.Write(answer, parsed.GetValue(format), columns, context.Screen);
            return ExitCode.Ok;
        });
        return command;
    }

    // Beside the list: files that are refused, policies that name what does not exist.
    private static void SayWhatIsWrong(JsonNode answer, CommandContext context)
    {
        foreach (var warning in (answer["warnings"] as JsonArray ?? []).OfType<JsonObject>())
        {
            context.Screen.Say($"{warning["origin"]?["location"] ?? warning["document"]}: {warning["path"]} {warning["message"]}");
        }

        foreach (var file in (answer["files"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var violation in (file["violations"] as JsonArray ?? []).OfType<JsonObject>())
            {
                context.Screen.Say($"{file["source"]}/{file["path"]}:{violation["line"]}: {violation["path"]}: {violation["message"]}");
            }
        }
    }

    private static (string Path, string[] Columns) Request(string word, string[] names, bool history)
    {
        if (word == "policy")
        {
            return names is [var kind, var name] && PolicyKinds.Id(name) is var id
                ? ($"policies/{PolicyKinds.Find(kind)}/{id.Namespace}/{id.Name}{(history ? "/history" : "")}", [])
                : throw new CliException(ExitCode.Usage, "mesh get policy KIND NAME, such as: mesh get policy Retry orders");
        }

        var list = Lists.Keys.FirstOrDefault(k => k == word || k == $"{word}s" || (k == "proxies" && word == "proxy"))
            ?? throw new CliException(ExitCode.Usage, $"'{word}' cannot be listed; {Suggestion.Cure(word, [.. Lists.Keys, "policy"], "list")}");
        return names.Length == 0
            ? (list, Lists[list])
            : throw new CliException(ExitCode.Usage, $"mesh get {list} takes no name; for one service use: mesh inspect {names[0]}");
    }
}
