using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Cli.Api;
using Mesh.Laptop.Clients;
using Mesh.Model.Bootstrap;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh bootstrap grpc|envoy</c>.</summary>
internal static class BootstrapCommand
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(CommandContext context) => new("bootstrap", "Print the start-up file of an xDS client beside a sidecar whose relay is on.")
    {
        Grpc(context),
        Envoy(context),
    };

    private static Command Grpc(CommandContext context)
    {
        var source = new BootstrapSource();
        var serve = new Option<string?>("--serve") { Description = "The port, by name, that the program serves itself with mTLS. Left out: it only calls.", HelpName = "port" };
        var command = new Command("grpc", "For gRPC without a proxy, in Node.js, Python, Go, C++, Java: put it into a file and its path into GRPC_XDS_BOOTSTRAP.") { serve };
        source.AddTo(command);
        command.SetAction(parsed => Print(context, () => GrpcBootstrap.Of(source.Read(parsed, context), parsed.GetValue(serve))));
        return command;
    }

    private static Command Envoy(CommandContext context)
    {
        var source = new BootstrapSource();
        var http2 = new Option<string[]>("--http2") { Description = "A port, by name, whose app speaks HTTP/2, as for gRPC; may be given again.", HelpName = "port" };
        var command = new Command("envoy", "For Envoy (experimental): envoy -c FILE.") { http2 };
        source.AddTo(command);
        command.SetAction(parsed => Print(context, () => EnvoyBootstrap.Of(source.Read(parsed, context), parsed.GetValue(http2) ?? [])));
        return command;
    }

    private static int Print(CommandContext context, Func<JsonObject> make)
    {
        try
        {
            context.Screen.Line(make().ToJsonString(Indented));
            return ExitCode.Ok;
        }
        catch (InvalidOperationException e)
        {
            throw new CliException(ExitCode.Invalid, e.Message);
        }
    }

    /// <summary>Which sidecar: by its own start-up file, or by the name of its replica in the app that <c>mesh up</c> runs.</summary>
    private sealed class BootstrapSource
    {
        private readonly Argument<string?> _replica = new("replica") { Description = "A replica of the app that 'mesh up' runs here, such as orders-1.", Arity = ArgumentArity.ZeroOrOne };
        private readonly Option<string?> _file = new("--bootstrap") { Description = "The sidecar's start-up file, for sidecars that 'mesh up' does not run.", HelpName = "file" };

        public void AddTo(Command command)
        {
            command.Arguments.Add(_replica);
            command.Options.Add(_file);
        }

        public SidecarBootstrap Read(ParseResult parsed, CommandContext context)
        {
            var path = (parsed.GetValue(_file), parsed.GetValue(_replica)) switch
            {
                ({ } file, null) => Path.GetFullPath(file, context.Directory),
                (null, { } replica) => Path.Combine(StateOf(context), "sidecars", replica, "bootstrap.json"),
                _ => throw new CliException(ExitCode.Usage, "Say which sidecar: a replica of the app that 'mesh up' runs here, or --bootstrap FILE."),
            };
            try
            {
                return JsonSerializer.Deserialize(File.ReadAllBytes(path), BootstrapJson.Default.SidecarBootstrap)
                    ?? throw new CliException(ExitCode.Invalid, $"{path} holds no sidecar's start-up file.");
            }
            catch (JsonException e)
            {
                throw new CliException(ExitCode.Invalid, $"{path} is no sidecar's start-up file: {e.Message}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitCode.NoInput, $"{path} cannot be read: {e.Message}");
            }
        }

        private static string StateOf(CommandContext context) =>
            ServerLocation.FindApp(context.Directory, context.Running).State ?? throw new CliException(ExitCode.Unavailable, "The app was started by an older 'mesh up'; start it again.");
    }
}
