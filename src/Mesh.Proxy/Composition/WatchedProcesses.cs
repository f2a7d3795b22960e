using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Proxy.Composition;

/// <summary>Finds processes to watch.</summary>
internal static class WatchedProcesses
{
    /// <summary>The process of that number; <see langword="null"/>: there is none.</summary>
    public static IWatchedProcess? Find(int processId)
    {
        try
        {
            return OperatingSystem.IsLinux() ? new OnLinux(processId) : new Elsewhere(Process.GetProcessById(processId));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    // proc(5): an open file below /proc/<pid> belongs to that very process; once it was reaped, reading fails, whoever has the number then.
    private sealed class OnLinux(int processId) : IWatchedProcess
    {
        private readonly SafeFileHandle _status = File.OpenHandle(FormattableString.Invariant($"/proc/{processId}/stat"));
        private readonly byte[] _buffer = new byte[512];

        public bool IsRunning
        {
            get
            {
                try
                {
                    // "pid (name) S …": the name may hold anything, so that the last parenthesis counts. Z and X have ended.
                    var read = _buffer.AsSpan(0, RandomAccess.Read(_status, _buffer, 0));
                    var state = read.LastIndexOf(") "u8) + 2;
                    return state > 1 && state < read.Length && read[state] is not ((byte)'Z' or (byte)'X');
                }
                catch (IOException)
                {
                    return false;
                }
            }
        }

        public void Dispose() => _status.Dispose();
    }

    private sealed class Elsewhere(Process process) : IWatchedProcess
    {
        public bool IsRunning => !process.HasExited;

        public void Dispose() => process.Dispose();
    }
}
