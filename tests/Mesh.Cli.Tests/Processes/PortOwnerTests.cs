using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mesh.Cli.Processes;

namespace Mesh.Cli.Tests.Processes;

public sealed class PortOwnerTests
{
    [Fact]
    public void Find_PortOfThisProcess_NamesIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc: Linux tells who listens on a port");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var owner = PortOwner.Find(((IPEndPoint)listener.LocalEndpoint).Port);

        Assert.EndsWith(string.Create(CultureInfo.InvariantCulture, $"(process {Environment.ProcessId})"), owner, StringComparison.Ordinal);
    }
}
