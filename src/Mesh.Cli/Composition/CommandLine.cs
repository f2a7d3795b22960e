using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Cli.Commands;
using Mesh.Laptop.Api;
using Mesh.Laptop.Ports;

namespace Mesh.Cli.Composition;

/// <summary>Parses the command line, runs the command and turns what went wrong into a message and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, CommandContext context)
    {
        var parsed = CommandTree.Create(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                context.Screen.Wrong(error.Message);
            }

            context.Screen.Say($"See '{Name(parsed.CommandResult)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // What runs long handles signals itself; the rest may end at once.
                ProcessTerminationTimeout = null,
                Output = context.Screen.Out.Profile.Out.Writer,
                Error = context.Screen.Error.Profile.Out.Writer,
            });
        }
        catch (CliException e)
        {
            context.Screen.Wrong(e.Message);
            return e.ExitCode;
        }
        catch (PortsExhaustedException e)
        {
            context.Screen.Wrong(e.Message);
            return ExitCode.Unavailable;
        }
        catch (ControlPlaneException e)
        {
            foreach (var violation in (e as RefusedException)?.Problem.Violations ?? [])
            {
                context.Screen.Say($"{(violation.Document is { } document ? $"{document}: " : "")}{violation.Path}: {violation.Message}");
            }

            var (code, hint) = Explain(e.Fault);
            context.Screen.Wrong(e.Message + hint);
            return code;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private static (int ExitCode, string Hint) Explain(ControlPlaneFault fault) => fault switch
    {
        ControlPlaneFault.Unreachable => (ExitCode.Unavailable, " Does 'mesh up' run?"),
        ControlPlaneFault.UnknownToken => (ExitCode.NoPermission, " Give another one with --token-file."),
        ControlPlaneFault.Forbidden => (ExitCode.NoPermission, ""),
        ControlPlaneFault.Refused => (ExitCode.Invalid, ""),
        _ => (ExitCode.Unavailable, ""),
    };

    private static string Name(CommandResult command) => command.Parent is CommandResult parent ? $"{Name(parent)} {command.Command.Name}" : "mesh";
}
