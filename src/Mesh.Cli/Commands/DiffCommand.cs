using System.CommandLine;
using System.Text.Json.Nodes;
using Mesh.Cli.Checking;
using Mesh.Laptop.Api;
using Mesh.Model.Comparison;
using Mesh.Model.Compilation;
using Mesh.Model.Resources;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh diff</c>.</summary>
internal static class DiffCommand
{
    public static Command Create(CommandContext context)
    {
        var files = new Option<string[]>("--filename", "-f") { Description = "File or directory with the policies that are proposed. May be given more than once.", HelpName = "path", AllowMultipleArgumentsPerToken = true };
        var against = new Option<string[]>("--against") { Description = "Compare with these files and directories instead of what runs.", HelpName = "path", AllowMultipleArgumentsPerToken = true };
        var shadow = new Option<bool>("--shadow") { Description = "What the policies would change that are only rehearsed (label mesh.dev/effect: shadow)." };
        var format = OutputOption.Create();
        var server = new ServerOptions();
        var command = new Command("diff", "Say what each sidecar would do otherwise with a set of policies, in the words of policies. Nothing is applied.") { files, against, shadow, format };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var proposed = parsed.GetValue(files) ?? [];
            if (parsed.GetValue(shadow) == (proposed.Length > 0))
            {
                throw new CliException(ExitCode.Usage, "give either the proposed policies with -f, or --shadow.");
            }

            var answer = parsed.GetValue(against) is { Length: > 0 } given
                ? Offline(given, proposed, context)
                : await LiveAsync(proposed, server.Connect(parsed, context), context, cancellation);
            if (parsed.GetValue(format) == OutputFormat.Table)
            {
                ChangeWriter.Write(answer, context.Screen);
            }
            else
            {
                AnswerWriter.Write(answer, parsed.GetValue(format), [], context.Screen);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<JsonNode> LiveAsync(string[] proposed, ControlPlaneClient client, CommandContext context, CancellationToken cancellation)
    {
        using (client)
        {
            return proposed.Length == 0
                ? await client.GetAsync("shadow", cancellation)
                : await client.PostAsync("diff", ProposedDocuments.Read(proposed, context), cancellation);
        }
    }

    private static JsonObject Offline(string[] against, string[] proposed, CommandContext context)
    {
        var before = Read(against, context);
        var after = before.Configuration;
        HashSet<ResourceKey>? keys = null;
        if (proposed.Length > 0)
        {
            var read = Read(proposed, context);
            keys = [.. read.Resources.Select(r => r.Key)];
            after = MeshConfiguration.Of(before.Configuration.Topology.TrustDomain, before.Resources.Concat(read.Resources));
        }

        var now = SnapshotCompiler.Compile(before.Configuration.Topology, before.Configuration.Policies);
        return new JsonObject { ["changes"] = MeshChangeJson.Write(MeshDiff.Between(now, after.Rehearse(p => keys is null || keys.Contains(p.Key)))) };
    }

    private static OfflineCheck Read(string[] paths, CommandContext context)
    {
        var check = new OfflineCheck(context.Directory);
        foreach (var file in DocumentFiles.Find(paths, context.Directory))
        {
            check.Add(file);
        }

        foreach (var mistake in check.Mistakes)
        {
            context.Screen.Say(mistake.ToString());
        }

        return check.Mistakes.Count == 0 ? check : throw new CliException(ExitCode.Invalid, "what cannot be read cannot be compared.");
    }
}
