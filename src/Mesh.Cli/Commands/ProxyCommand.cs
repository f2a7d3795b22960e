using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Mesh.Cli.Processes;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh proxy …</c>: the proxy that came with the command line, with the arguments as they are.</summary>
internal static class ProxyCommand
{
    public static Command Create(CommandContext context)
    {
        var arguments = new Argument<string[]>("arguments") { Description = "run --bootstrap FILE, or healthcheck --bootstrap FILE.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("proxy", "Run the sidecar proxy by itself: mesh proxy run --bootstrap FILE.") { arguments };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, _) =>
        {
            var proxy = context.Installation.Proxy();
            var start = new ProcessStartInfo(proxy.Program, [.. proxy.Arguments, .. parsed.GetValue(arguments) ?? [], .. parsed.UnmatchedTokens]) { UseShellExecute = false };
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
        });
        return command;
    }
}
