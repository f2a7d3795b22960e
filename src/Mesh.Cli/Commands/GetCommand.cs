using System.CommandLine;
using Mesh.Model.Planning;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh get</c>.</summary>
internal static class GetCommand
{
    // What a person asks first, for each list of the API.
    private static readonly SortedDictionary<string, string[]> Lists = new(StringComparer.Ordinal)
    {
        ["audit"] = ["at", "time", "who", "actor", "action", "target", "subject", "outcome", "result"],
        ["policies"] = ["kind", "namespace", "name", "source", "status", "location", "origin"],
        ["proxies"] = ["service", "replica", "name", "state", "status", "address", "readyPorts", "version", "acknowledged", "nack", "error", "certificateExpires", "expiresAt"],
        ["services"] = ["namespace", "name", "service", "id", "kind", "ports", "replicas", "ready", "uses"],
        ["sources"] = ["name", "directory", "status", "documents", "errors", "error"],
    };

    public static Command Create(CommandContext context)
    {
        var what = new Argument<string>("what") { Description = $"{string.Join(", ", Lists.Keys)}; or policy, followed by kind and name." };
        what.CompletionSources.Add([.. Lists.Keys, "policy"]);
        var words = new Argument<string[]>("name") { Description = "For policy: its kind and its name, such as Retry orders.", Arity = new ArgumentArity(0, 2) };
        var format = OutputOption.Create();
        var history = new Option<bool>("--history") { Description = "For policy: who changed it, and when." };
        var server = new ServerOptions();
        var command = new Command("get", "List what the control plane knows: services, proxies, policies, sources, audit events.") { what, words, format, history };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (path, columns) = Request(parsed.GetValue(what)!, parsed.GetValue(words) ?? [], parsed.GetValue(history));
            using var client = server.Connect(parsed, context);
            AnswerWriter.Write(await client.GetAsync(path, cancellation), parsed.GetValue(format), columns, context.Screen);
            return ExitCode.Ok;
        });
        return command;
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
