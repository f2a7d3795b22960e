using System.CommandLine;
using System.Text.Json.Nodes;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh token</c>.</summary>
internal static class TokenCommand
{
    public static Command Create(CommandContext context)
    {
        var service = new Argument<string>("service") { Description = "The service, name or namespace/name." };
        var lifetime = new Option<int?>("--lifetime") { Description = "Seconds until the token can no longer be used. Default: seven days.", HelpName = "seconds" };
        var server = new ServerOptions();
        var command = new Command("token", "Issue a token with which a sidecar of the service gets its first certificate, for machines that 'mesh up' does not run.") { service, lifetime };
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = server.Connect(parsed, context);
            var answer = await client.PostAsync("tokens", new JsonObject { ["service"] = parsed.GetValue(service), ["lifetimeSeconds"] = parsed.GetValue(lifetime) }, cancellation);

            // The token alone goes to the output, so that it can be redirected to a file.
            context.Screen.Say($"for {answer["spiffeId"]} until {answer["expiresAt"]}; keep it in a file of mode 0600 and name that in the sidecar's bootstrap (tokenFile)");
            context.Screen.Line(answer["token"]?.ToString() ?? "");
            return ExitCode.Ok;
        });
        return command;
    }
}
