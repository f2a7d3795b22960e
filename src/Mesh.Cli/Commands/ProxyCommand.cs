using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Mesh.Cli.Installation;
using Mesh.Cli.Processes;
using Mesh.Cli.VirtualMachines;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh proxy …</c>: the proxy that came with the command line, by itself or beside a process.</summary>
internal static class ProxyCommand
{
    public static Command Create(CommandContext context) => new("proxy", "Run the sidecar proxy, by itself or beside one process.")
    {
        Run(context),
        Verb(context, "healthcheck", "Exit with 0 if the running proxy is ready, else 1 and the reason."),
        Verb(context, "check", "Say all that is wrong with a start-up file, and run nothing."),
    };

    private static Command Run(CommandContext context)
    {
        var bootstrap = Bootstrap();
        var ready = Seconds("--ready-timeout", "Seconds in which the sidecar has to be ready before the command is started. Default: 60.", 60);
        var stop = Seconds("--stop-timeout", "Seconds that the command may take to end after its signal. Default: 30.", 30);
        var words = new Argument<string[]>("command") { Description = "After --: the app that the sidecar stands beside. None: the sidecar runs by itself.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("run", "Run the sidecar, and with -- COMMAND an app beside it: its environment is wired, signals and exit code are its own, and the end of one is the end of the other.") { bootstrap, ready, stop, words };
        command.SetAction((parsed, cancellation) =>
        {
            var file = Path.GetFullPath(parsed.GetValue(bootstrap)!, context.Directory);
            return parsed.GetValue(words) is not { Length: > 0 } app
                ? AloneAsync(context.Installation.Proxy(), ["run", "--bootstrap", file])
                : new SidecarRun(
                    new RunOptions
                    {
                        Bootstrap = file,
                        Command = [.. app],
                        Directory = context.Directory,
                        ReadyWithin = TimeSpan.FromSeconds(parsed.GetValue(ready)),
                        StopWithin = TimeSpan.FromSeconds(parsed.GetValue(stop)),
                    },
                    context.Screen,
                    context.Installation,
                    context.Clock).RunAsync(cancellation);
        });
        return command;
    }

    private static Command Verb(CommandContext context, string name, string description)
    {
        var bootstrap = Bootstrap();
        var command = new Command(name, description) { bootstrap };
        command.SetAction((parsed, _) => AloneAsync(context.Installation.Proxy(), [name, "--bootstrap", Path.GetFullPath(parsed.GetValue(bootstrap)!, context.Directory)]));
        return command;
    }

    private static Option<string> Bootstrap() => new("--bootstrap") { Description = "The sidecar's start-up file; 'mesh token SERVICE --out FILE' makes one.", HelpName = "file", Required = true };

    private static Option<int> Seconds(string name, string description, int otherwise)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "seconds", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3600)
            {
                result.AddError($"{name}: must be 1 to 3600 seconds.");
            }
        });
        return option;
    }

    private static async Task<int> AloneAsync(InstalledProgram proxy, string[] arguments)
    {
        var start = new ProcessStartInfo(proxy.Program, [.. proxy.Arguments, .. arguments]) { UseShellExecute = false };
        using var process = Process.Start(start) ?? throw new CliException(ExitCode.Unavailable, $"{proxy.Program} did not start.");

        // The terminal sends Ctrl+C to both; SIGTERM reaches only us. The proxy drains, and we end with it.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => c.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c =>
        {
            c.Cancel = true;
            if (!OperatingSystem.IsWindows())
            {
                Signals.ToProcess(process.Id, Signals.Terminate);
            }
        });
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
