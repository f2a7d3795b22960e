using System.CommandLine;
using System.Text.Json.Nodes;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh fault add|list|remove</c>.</summary>
internal static class FaultCommand
{
    // What a person asks first; what goes wrong comes with it as it is.
    private static readonly string[] Columns = ["id", "by", "to", "from", "secondsLeft", "matches", "delay", "abort", "response", "tcp"];

    public static Command Create(CommandContext context) => new("fault", "Let calls go wrong on purpose, for a while: slow, refused, broken off.")
    {
        Add(context),
        List(context),
        Remove(context),
    };

    private static Command Add(CommandContext context)
    {
        var options = new FaultOptions();
        var server = new ServerOptions();
        var command = new Command("add", "Let calls to a service go wrong until the time is over, such as: mesh fault add orders --from storefront --for 2m --delay 100ms..2s --abort 503 --percent 10");
        options.AddTo(command);
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = options.Read(parsed);
            using var client = server.Connect(parsed, context);
            var fault = await client.PostAsync("faults", request, cancellation);
            var sidecars = (fault["sidecars"] as JsonArray)?.Count ?? 0;
            context.Screen.Say($"{sidecars} {(sidecars == 1 ? "sidecar is" : "sidecars are")} hit for {fault["secondsLeft"]} s; to end it now: mesh fault remove {fault["id"]}");

            // The id alone goes to the output, for scripts.
            context.Screen.Line($"{fault["id"]}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var format = OutputOption.Create();
        var server = new ServerOptions();
        var command = new Command("list", "What goes wrong on purpose now, who asked for it, and for how long still.") { format };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = server.Connect(parsed, context);
            AnswerWriter.Write(await client.GetAsync("faults", cancellation), parsed.GetValue(format), Columns, context.Screen);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Remove(CommandContext context)
    {
        var id = new Argument<string>("id") { Description = "The fault's id, as 'mesh fault list' and mesh-error name it." };
        var server = new ServerOptions();
        var command = new Command("remove", "End a fault before its time.") { id };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = server.Connect(parsed, context);
            await client.DeleteAsync($"faults/{Uri.EscapeDataString(parsed.GetValue(id)!)}", cancellation);
            context.Screen.Line($"fault {parsed.GetValue(id)} is ended");
            return ExitCode.Ok;
        });
        return command;
    }
}
