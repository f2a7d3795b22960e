using System.Diagnostics;
using System.Net.Sockets;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>The machine that the tests run on, by its loopback.</summary>
internal sealed class ThisMachine : IMachine
{
    public static ThisMachine Instance { get; } = new();

    public string Address => "127.0.0.1";

    public ProcessStartInfo Start(string file, params string[] arguments) => new(file, arguments);

    public Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
