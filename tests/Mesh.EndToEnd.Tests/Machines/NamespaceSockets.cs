using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>Sockets of another network namespace of Linux in this process.</summary>
internal static class NamespaceSockets
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET of sched.h

    /// <summary>Makes one.</summary>
    /// <param name="path">The namespace's file.</param>
    /// <exception cref="IOException">It could not be entered.</exception>
    public static Socket New(string path)
    {
        // A socket belongs for good to the namespace of the thread that made it; a thread that has changed its own is not given back to the pool.
        Socket? socket = null;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle(path);
                socket = EnterNamespace(file, NewNetwork) == 0 ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) : throw new IOException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
            }
            catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new IOException($"No socket in {path}.", fault);
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int EnterNamespace(SafeHandle file, int kind);
}
