using System.CommandLine;
using System.Text.Json;
using Mesh.Cli.Installation;
using Mesh.Cli.Processes;
using Mesh.Cli.VirtualMachines;
using Mesh.Model.Bootstrap;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh systemd</c>: units with the paths of this installation, to be put where the command says.</summary>
internal static class SystemdCommand
{
    // ProtectHome= hides them from the unit.
    private static readonly string[] Homes = ["home", "root", "run/user"];

    public static Command Create(CommandContext context) => new("systemd", "Print hardened systemd units for a control plane, and for a sidecar with its app.") { ControlPlane(context), Sidecar(context) };

    private static Command ControlPlane(CommandContext context)
    {
        var settings = new Option<string>("--config") { Description = "The control plane's settings. Default: /etc/mesh/control-plane.json.", HelpName = "file", DefaultValueFactory = _ => "/etc/mesh/control-plane.json" };
        var user = User();
        var state = new Option<string>("--state-directory") { Description = "Its stateDirectory. Default: what the settings say, else /var/lib/mesh/control-plane.", HelpName = "directory" };
        var command = new Command("control-plane", "Print the control plane's unit.") { settings, user, state };
        command.SetAction(parsed =>
        {
            var file = Path.GetFullPath(parsed.GetValue(settings)!, context.Directory);
            var program = context.Installation.ControlPlane();
            var directory = parsed.GetValue(state) ?? (File.Exists(file) ? Read(file, BootstrapJson.Default.ControlPlaneSettings).StateDirectory : "/var/lib/mesh/control-plane");
            context.Screen.Line(SystemdUnit.ControlPlane(program, file, parsed.GetValue(user)!, directory).TrimEnd());
            Warn(context, program);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Sidecar(CommandContext context)
    {
        var bootstrap = new Option<string>("--bootstrap") { Description = "The sidecar's start-up file, on this machine.", HelpName = "file", Required = true };
        var user = User();
        var stop = new Option<int>("--stop-timeout") { Description = "Seconds that the app may take to end after its signal. Default: 30.", HelpName = "seconds", DefaultValueFactory = _ => 30 };
        var words = new Argument<string[]>("command") { Description = "After --: the app and its arguments.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("sidecar", "Print the unit of a sidecar and the app beside it.") { bootstrap, user, stop, words };
        command.SetAction(parsed =>
        {
            var file = Path.GetFullPath(parsed.GetValue(bootstrap)!, context.Directory);
            string[] app = parsed.GetValue(words)!;

            // systemd starts in /, with a PATH of its own.
            var program = ProgramSearch.Find(app[0], context.Directory) ?? throw new CliException(ExitCode.Unavailable, ProgramSearch.WhyNot(app[0], context.Directory));
            var mesh = context.Installation.CommandLine();
            context.Screen.Line(SystemdUnit.Sidecar(mesh, file, Read(file, BootstrapJson.Default.SidecarBootstrap), parsed.GetValue(user)!, [program, .. app.Skip(1)], parsed.GetValue(stop)).TrimEnd());
            Warn(context, mesh);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string> User() => new("--user") { Description = "Who runs it; has to exist and to own the files: useradd --system mesh. Default: mesh.", HelpName = "name", DefaultValueFactory = _ => "mesh" };

    private static T Read<T>(string file, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), type) ?? throw new JsonException("holds null.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.NoInput, $"{file} cannot be read: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCode.Invalid, $"{file}: line {e.LineNumber + 1}: {e.Message}", e);
        }
    }

    private static void Warn(CommandContext context, InstalledProgram program)
    {
        if (program.Arguments.Prepend(program.Program).FirstOrDefault(p => Homes.Any(h => p.StartsWith($"/{h}/", StringComparison.Ordinal))) is { } hidden)
        {
            context.Screen.Say($"The unit has ProtectHome=yes and could not read {hidden}: install the command line where all may read it (dotnet tool install Mesh.Cli --tool-path /opt/mesh) and print the unit with that one.");
        }
    }
}
