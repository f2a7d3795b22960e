using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mesh.Cli.Processes;

/// <summary>kill(2), which .NET has for SIGKILL to one process only.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class Signals
{
    // The same numbers on Linux and macOS.
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends to a process group; <see langword="false"/> if there is none (any more).</summary>
    public static bool ToGroup(int leader, int signal) => Send(-leader, signal) == 0;

    /// <summary>Sends to one process.</summary>
    public static bool ToProcess(int process, int signal) => Send(process, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
