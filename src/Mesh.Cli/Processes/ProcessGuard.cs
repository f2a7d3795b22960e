using System.Diagnostics;
using System.Globalization;

namespace Mesh.Cli.Processes;

/// <summary>
/// Ends what mesh started if mesh is killed: a shell in a session of its own that is told of every process over a pipe and acts when the pipe closes,
/// which the kernel does whatever way mesh ends. PR_SET_PDEATHSIG would be tied to the thread that forked, and reaches no grandchildren.
/// </summary>
internal sealed class ProcessGuard : IDisposable
{
    // Groups get SIGTERM first so that databases shut down in order; 5 s later nothing of them is left.
    private const string Script =
        """
        trap '' INT TERM HUP
        groups=' '
        while read -r sign group; do
          case $sign in
            +) groups="$groups$group " ;;
            -) case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
          esac
        done
        [ "$groups" != ' ' ] || exit 0
        for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
        left=25
        while [ $left -gt 0 ]; do
          alive=''
          for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && alive=1; done
          [ -n "$alive" ] || exit 0
          sleep 0.2
          left=$((left - 1))
        done
        for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
        """;

    private readonly Process? _shell;
    private readonly Lock _gate = new();

    private ProcessGuard(Process? shell) => _shell = shell;

    /// <summary>Starts the guard; where there is no setsid it guards nothing.</summary>
    public static ProcessGuard Start()
    {
        if (SessionLeader.Program is not { } leader || ProgramSearch.Find("/bin/sh", "/") is not { } shell)
        {
            return new ProcessGuard(null);
        }

        return new ProcessGuard(Process.Start(new ProcessStartInfo(leader, [shell, "-c", Script, "mesh-guard"])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        }));
    }

    /// <summary>Guards the process group.</summary>
    public void Add(ChildProcess process) => Tell('+', process);

    /// <summary>The process is gone; its number may soon be somebody else's.</summary>
    public void Remove(ChildProcess process) => Tell('-', process);

    /// <summary>Closes the pipe: what is still guarded is ended.</summary>
    public void Dispose()
    {
        _shell?.StandardInput.Close();
        _shell?.Dispose();
    }

    private void Tell(char sign, ChildProcess process)
    {
        if (_shell is null)
        {
            return;
        }

        lock (_gate)
        {
            try
            {
                _shell.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sign} {process.Id}"));
                _shell.StandardInput.Flush();
            }
            catch (IOException)
            {
                // Somebody ended the guard; mesh's own orderly stop still works.
            }
        }
    }
}
