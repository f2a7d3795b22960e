using System.CommandLine;
using System.Text.Json.Nodes;
using Mesh.Cli.VirtualMachines;
using Mesh.Laptop.Files;
using Mesh.Model.Topology;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh token</c>.</summary>
internal static class TokenCommand
{
    public static Command Create(CommandContext context)
    {
        var service = new Argument<string>("service") { Description = "The service, name or namespace/name." };
        var ns = new Option<string>("--namespace", "-n") { Description = "The namespace of a service that is given by its name alone.", HelpName = "name", DefaultValueFactory = _ => ServiceId.DefaultNamespace };
        var lifetime = new Option<int?>("--lifetime") { Description = "Seconds until the token can no longer be used. Default: seven days.", HelpName = "seconds" };
        var machine = new BootstrapOptions();
        var server = new ServerOptions();
        var command = new Command("token", "Issue a token with which a sidecar of the service gets its first certificate, or with --out the whole start-up file, for machines that 'mesh up' does not run.") { service, ns, lifetime };
        machine.AddTo(command);
        server.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!ServiceId.TryParse(parsed.GetValue(service), parsed.GetValue(ns)!, out var id))
            {
                throw new CliException(ExitCode.Usage, $"'{parsed.GetValue(service)}' in namespace '{parsed.GetValue(ns)}' is no service: use lower-case letters, digits and inner hyphens, or namespace/name");
            }

            if (machine.Output(parsed) is { } file)
            {
                var request = machine.Read(parsed, id, parsed.GetValue(lifetime));
                using var client = server.Connect(parsed, context);
                var (bootstrap, expires) = await BootstrapIssue.MakeAsync(request, client, cancellation);
                Write(Path.GetFullPath(file, context.Directory), StartFiles.ToJson(bootstrap));
                context.Screen.Say($"{file}: {request.Service}, replica {request.Replica}; its token is good until {expires}. It is a secret: copy it as it is, mode 0600, then on the machine: mesh proxy run --bootstrap FILE -- COMMAND");
                return ExitCode.Ok;
            }

            if (machine.WithoutMeaning(parsed).ToList() is { Count: > 0 } idle)
            {
                throw new CliException(ExitCode.Usage, $"{string.Join(", ", idle)}: only with --out FILE, which writes a start-up file; without it a token is printed.");
            }

            using var tokens = server.Connect(parsed, context);
            var answer = await tokens.PostAsync("tokens", new JsonObject { ["service"] = id.ToString(), ["lifetimeSeconds"] = parsed.GetValue(lifetime) }, cancellation);

            // The token alone goes to the output, so that it can be redirected to a file.
            context.Screen.Say($"for {answer["spiffeId"]} until {answer["expiresAt"]}; keep it in a file of mode 0600 and name that in the sidecar's bootstrap (tokenFile)");
            context.Screen.Line(answer["token"]?.ToString() ?? "");
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(string path, string text)
    {
        try
        {
            SecretFile.Write(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.NoInput, $"--out={path} ({e.Message})", e);
        }
    }
}
