using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>
/// Ports that one test keeps even while nothing listens on them: below those which <c>mesh up</c> and the operating system give out by themselves,
/// so that no other mesh takes the place of a control plane that a test has ended.
/// </summary>
internal static class OwnPorts
{
    private const int First = 16_000;
    private const int Count = 3_900;

    private static int _taken = Environment.ProcessId * 16 % Count;

    public static string Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _taken) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port.ToString(CultureInfo.InvariantCulture);
            }
            catch (SocketException)
            {
                // Somebody has it; the next one.
            }
        }
    }
}
