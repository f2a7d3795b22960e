using System.Net;
using System.Net.Sockets;

namespace Mesh.Benchmarks.Machine;

/// <summary>Hands out loopback ports below the range from which the kernel takes the ports of outgoing connections.</summary>
internal sealed class FreePorts
{
    private int _next = 20_000 + (Environment.ProcessId % 40 * 200);

    public int Take()
    {
        while (_next < 32_000)
        {
            var port = _next++;
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it: the next one.
            }
        }

        throw new InvalidOperationException("no free port between 20000 and 32000 on 127.0.0.1");
    }
}
