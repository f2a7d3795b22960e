using Mesh.Cli.Processes;
using Mesh.Cli.Terminal;

namespace Mesh.Cli.Running;

/// <summary>Starts processes under guard, with their output where it belongs.</summary>
internal sealed class Launcher(ProcessGuard guard, LogPrinter printer, StateFolder state, TimeProvider clock)
{
    /// <summary>The clock of everything that waits.</summary>
    public TimeProvider Clock => clock;

    /// <summary>Where messages go.</summary>
    public LogPrinter Printer => printer;

    /// <summary>Starts it.</summary>
    /// <param name="name">How its lines are called.</param>
    /// <param name="start">What.</param>
    /// <param name="show">Whether a line is shown; every line is in the log file.</param>
    public ChildProcess Start(string name, ChildStart start, Func<string, bool> show)
    {
        var log = new LogFile(state.LogFile(name));
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(start, Line, clock);
        }
        catch
        {
            log.Dispose();
            throw;
        }

        guard.Add(child);
        _ = EndAsync(child, log);
        return child;

        void Line(string text, bool isError)
        {
            log.Write(text);
            if (show(text))
            {
                printer.Line(name, text);
            }
        }
    }

    private async Task EndAsync(ChildProcess child, LogFile log)
    {
        await child.Exited;
        guard.Remove(child);
        log.Dispose();
    }
}
