using System.CommandLine;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh inspect</c>.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandContext context)
    {
        var service = new Argument<string>("service") { Description = "The service, name or namespace/name." };
        var dump = new Option<bool>("--config-dump") { Description = "Show the whole configuration that its sidecars have, as they got it." };
        var format = OutputOption.Create(OutputFormat.Yaml);
        var server = new ServerOptions();
        var command = new Command("inspect", "Show what applies to a service's sidecars, and which policy, file and line it came from.") { service, dump, format };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var id = PolicyKinds.Id(parsed.GetValue(service)!);
            using var client = server.Connect(parsed, context);
            var answer = await client.GetAsync($"{(parsed.GetValue(dump) ? "config-dump" : "inspect")}/{id.Namespace}/{id.Name}", cancellation);
            AnswerWriter.Write(answer, parsed.GetValue(format), [], context.Screen);
            return ExitCode.Ok;
        });
        return command;
    }
}
